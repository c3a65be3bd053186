/** Cold starts: `pond ls` of a small pond, and the server until it has listed one, against node that does nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { initPond } from '../support/pond.ts';
import { method, protocolVersion } from '../../server/src/protocol/commands.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitStaged, fillPond } from './support/ponds.ts';
import { runNode, runPond, serverScript } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const rounds = parametersOf({ rounds: 40, warmUp: 5 }, { rounds: 1, warmUp: 0 });

printMachine();
await withScratch(async ({ folder: cwd }) => {
  const directory = `${cwd}/.pond`;
  const pond = await initPond(directory, { author });
  await fillPond(pond, 20, 10);
  await commitStaged(pond, '/README.md', '# Small\n');
  await pond.close();

  const times = await interleaved(
    {
      node: async () => void (await runNode(['-e', '0'], { cwd })),
      list: async () => void (await runPond(directory, ['ls'], { cwd })),
      server: () => serverAnswers(directory),
    },
    rounds,
  );
  const node = { peer: 'node -e 0', theirs: times.node };
  printRatio({ what: 'pond ls', ours: times.list, ...node, most: 2.5 });
  printRatio({ what: 'server until its first list', ours: times.server, ...node });
});

/** Returns the milliseconds from starting a server to its answer to the first `list`. */
async function serverAnswers(pond: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [serverScript, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: { binary: false, trusted: true, protocolVersion },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendRequest(method('open'), { pond });
  await connection.sendRequest(method('list'), { pond, path: '/' });
  const elapsed = performance.now() - start;
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  await ended;
  connection.dispose();
  return elapsed;
}
