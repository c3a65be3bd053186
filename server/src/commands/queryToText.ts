import { type Command } from './context.ts';
import { upToDate } from './tree.ts';

/** Runs a query and gives all of its result as text: to the caller's output, chunk by chunk, else as the result. */
export const queryToText: Command<'queryToText'> = async (context, { pond: directory, sql, at, format }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const engine = await context.queries();
  const result = await engine.run(pond, { sql, ...(at === undefined ? {} : { at }) }, context.signal);
  const kept: string[] = [];
  const output = context.output ?? ((chunk: Uint8Array) => void kept.push(Buffer.from(chunk).toString()));
  try {
    for await (const text of engine.text(result.resultId, format)) await output(Buffer.from(text));
  } finally {
    await engine.release(result.resultId);
  }
  return { rowCount: result.rowCount, elapsedMs: result.elapsedMs, text: kept.join('') };
};
