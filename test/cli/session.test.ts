import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCommandLine } from '../../client/cli/commandLine.ts';
import { verbs } from '../../client/cli/verbs.ts';
import { openSession } from '../../client/cli/session.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { connectLocal } from '../../server/src/main.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPondProcess } from '../support/pondCommand.ts';

test('a command reads the content that was current when it started, although another process commits', async (t) => {
  const folder = temporaryFolder(t);
  const pond = async (args: readonly string[], input = ''): Promise<void> => {
    const { status, stderr } = await runPondProcess(args, { cwd: folder, input });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  };
  await pond(['init']);
  await pond(['write', '/x'], 'one');
  const host = connectLocal();
  t.after(() => host.close());
  const line = parseCommandLine(verbs, ['--pond', join(folder, '.pond'), 'cat', '/x']);
  const session = openSession(line, {
    host,
    terminal: openTerminal(),
    signal: new AbortController().signal,
    warn: () => undefined,
  });
  assert.deepEqual(
    (await session.call('list', { path: '/' })).map(({ name }) => name),
    ['x'],
  );
  // The journal that contains the content starts a new batch.
  await pond(['commit', '-m', 'x']);
  await pond(['write', '/y'], 'another');
  let content = '';
  const output = (chunk: Uint8Array): Promise<void> => {
    content += Buffer.from(chunk).toString();
    return Promise.resolve();
  };
  await session.call('read', { path: '/x' }, { output });
  assert.equal(content, 'one');
});
