import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseCommandLine } from '../../client/cli/commandLine.ts';
import { verbs } from '../../client/cli/verbs.ts';
import { openSession } from '../../client/cli/session.ts';
import { type Session } from '../../client/cli/verb.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { connectLocal } from '../../server/src/main.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPondProcess } from '../support/pondCommand.ts';

interface OpenSession {
  /** Runs `pond` in another process. */
  pond(args: readonly string[], input?: string): Promise<void>;
  readonly session: Session;
  /** Reads a file in the session. */
  read(path: string): Promise<string>;
}

/** A pond, and a session that only reads it. */
async function newSession(t: TestContext): Promise<OpenSession> {
  const folder = temporaryFolder(t);
  const pond: OpenSession['pond'] = async (args, input = '') => {
    const { status, stderr } = await runPondProcess(args, { cwd: folder, input });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  };
  await pond(['init']);
  const host = connectLocal();
  t.after(() => host.close());
  const line = parseCommandLine(verbs, ['--pond', join(folder, '.pond'), 'cat', '/x']);
  const session = openSession(line, {
    host,
    terminal: openTerminal(),
    signal: new AbortController().signal,
    warn: () => undefined,
  });
  const read = async (path: string): Promise<string> => {
    let content = '';
    const output = (chunk: Uint8Array): Promise<void> => {
      content += Buffer.from(chunk).toString();
      return Promise.resolve();
    };
    await session.call('read', { path }, { output });
    return content;
  };
  return { pond, session, read };
}

test('a command reads the content that was current when it started, although another process commits', async (t) => {
  const { pond, session, read } = await newSession(t);
  await pond(['write', '/x'], 'one');
  assert.deepEqual(
    (await session.call('list', { path: '/' })).map(({ name }) => name),
    ['x'],
  );
  // The journal that contains the content starts a new batch.
  await pond(['commit', '-m', 'x']);
  await pond(['write', '/y'], 'another');
  assert.equal(await read('/x'), 'one');
});

test('a command does not take for damage what another process discarded', async (t) => {
  const { pond, session, read } = await newSession(t);
  await pond(['write', '/x'], 'large '.repeat(20_000));
  await session.call('list', { path: '/' });
  await pond(['discard']);
  await assert.rejects(read('/x'), { code: 'not-found' });
});
