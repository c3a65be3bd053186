import { loadNative } from '../../server/src/duckdb/native.ts';
import { PondError } from '../../server/src/base/error.ts';

// A process that loads DuckDB, and prints the error, if that fails.
await loadNative().catch((error: unknown) => {
  if (error instanceof PondError) process.stdout.write(JSON.stringify(error.toPlain()));
});
