import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { plainBytes } from './plainBytes.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';

/**
 * Stages the content of a file. When a resource's document changes the resource's name, the resource's link follows.
 * Fails `not-found` for create false, `already-exists` for overwrite false and for a name that is taken.
 */
export const write: Command<'write'> = async ({ fs }, { path, content, create, overwrite }, context) => {
  const root = await fs.root();
  const bytes =
    context.input === undefined ? plainBytes(content) : yielding(context.input, createYield(context.signal));
  return await nodeInfo(root, await root.writeFile(path, bytes, { create, overwrite }));
};
