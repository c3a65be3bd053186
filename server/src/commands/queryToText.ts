import { type Command } from './verb.ts';

/** Runs a query and returns its whole result: to the caller's output, chunk by chunk, else as text. */
export const queryToText: Command<'queryToText'> = async (pond, { pond: _, format, ...request }, context) => {
  const engine = await context.queries();
  const result = await engine.run(pond, request, context.signal);
  const chunks: Uint8Array[] = [];
  const output = context.output ?? ((chunk: Uint8Array) => void chunks.push(chunk));
  try {
    for await (const chunk of engine.content(result.resultId, format)) await output(chunk);
  } finally {
    await engine.release(result.resultId);
  }
  return { rowCount: result.rowCount, elapsedMs: result.elapsedMs, text: Buffer.concat(chunks).toString() };
};
