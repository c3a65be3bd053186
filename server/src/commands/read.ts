import { type Command } from './verb.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';
import { rootAt } from '../pond/treeAt.ts';

/** The content of a file, or bytes `start` to `end` (exclusive) of it. Fails `not-found`, `is-a-directory`. */
export const read: Command<'read'> = async (pond, params, context) => {
  const root = await rootAt(pond, params.at);
  const { path, start, end } = params;
  const range = start === undefined && end === undefined ? undefined : { start: start ?? 0, end: end ?? Infinity };
  const chunks: Uint8Array[] = [];
  const output = context.output ?? ((chunk: Uint8Array) => void chunks.push(chunk));
  for await (const chunk of yielding(root.readStream(path, range), createYield(context.signal))) await output(chunk);
  const [only = new Uint8Array()] = chunks;
  return chunks.length <= 1 ? only : Buffer.concat(chunks);
};
