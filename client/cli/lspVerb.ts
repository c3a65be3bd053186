import { PondError } from '../../server/src/base/error.ts';
import { type StandaloneRunner, type TerminalVerb } from './verb.ts';

/** Serves an editor until it disconnects. */
const serve: StandaloneRunner = async ({ flags }) => {
  if (!flags.has('stdio')) throw new PondError('usage', 'lsp needs a transport', { hint: 'Usage: pond lsp --stdio' });
  const { startServer } = await import('../../server/src/main.ts');
  await startServer({ transport: 'stdio' });
};

/** The verb that serves an editor. */
export const lsp = {
  usage: '--stdio',
  summary: 'serve an editor over standard input and output',
  printsAsIs: 'messages of the editor',
  options: { stdio: { type: 'boolean' } },
  positionals: [0, 0],
  runStandalone: serve,
} as const satisfies TerminalVerb;
