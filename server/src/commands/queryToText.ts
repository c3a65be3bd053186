import { type Command } from './verb.ts';

/** Runs a query and returns its whole result as text: to the caller's output, chunk by chunk, else as the result. */
export const queryToText: Command<'queryToText'> = async (pond, { sql, at, format }, context) => {
  const engine = await context.queries();
  const result = await engine.run(pond, { sql, ...(at === undefined ? {} : { at }) }, context.signal);
  const chunks: string[] = [];
  const output = context.output ?? ((chunk: Uint8Array) => void chunks.push(Buffer.from(chunk).toString()));
  try {
    const text = engine.text(result.resultId, format);
    for await (const chunk of format === 'json' ? asArray(text) : text) await output(Buffer.from(chunk));
  } finally {
    await engine.release(result.resultId);
  }
  return { rowCount: result.rowCount, elapsedMs: result.elapsedMs, text: chunks.join('') };
};

/** One JSON array of objects that arrive one per line, formatted as DuckDB writes it to a file. */
async function* asArray(lines: AsyncIterable<string>): AsyncIterable<string> {
  let before = '[\n\t';
  for await (const chunk of lines) {
    if (chunk === '') continue;
    yield before + chunk.trimEnd().replaceAll('\n', ',\n\t');
    before = ',\n\t';
  }
  yield before === '[\n\t' ? '[\n]\n' : '\n]\n';
}
