import { type RowStream } from '../duckdb/statements.ts';

/** The rows of several streams, one after the other; each is opened when the one before has ended. */
export function chainStreams(first: RowStream, following: readonly (() => Promise<RowStream>)[]): RowStream {
  let current = first;
  let opened = 0;
  return {
    columns: first.columns,
    next: async () => {
      for (;;) {
        const chunk = await current.next();
        const open = following[opened];
        if (chunk !== undefined || open === undefined) return chunk;
        opened += 1;
        current = await open();
      }
    },
  };
}
