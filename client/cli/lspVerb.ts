import { PondError } from '../../server/src/base/error.ts';
import { startServer } from '../../server/src/main.ts';
import { type StandaloneRunner } from './verb.ts';

/** Serves an editor until it disconnects. */
export const lsp: StandaloneRunner = async ({ flags }) => {
  if (!flags.has('stdio')) throw new PondError('usage', 'lsp needs a transport', { hint: 'usage: pond lsp --stdio' });
  await startServer({ transport: 'stdio' });
};
