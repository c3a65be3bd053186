import { type Bytes } from '../protocol/commands.ts';
import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { createPace, paced } from './pace.ts';
import { workingTree } from './tree.ts';

/** Stages the content of a file. Fails `not-found` for create false, `already-exists` for overwrite false. */
export const write: Command<'write'> = async (context, { pond, path, content, create, overwrite }) => {
  const root = await workingTree(context, pond);
  const bytes = context.input === undefined ? plainBytes(content) : paced(context.input, createPace(context.signal));
  return await nodeInfo(root, await root.writeFile(path, bytes, { create, overwrite }));
};

function plainBytes(content: Bytes): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.from(content.base64, 'base64');
}
