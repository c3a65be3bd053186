/** Messages about a pond that was damaged, lost its journal, or was removed. */
import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type EditorServer, failureOf, startEditorServer } from '../support/editorServer.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

interface Place {
  readonly pond: string;
  readonly journal: string;
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** An editor's server that has opened the pond. */
  window(): Promise<EditorServer>;
}

/** A pond with a commit and two staged changes. */
async function newPlace(t: TestContext): Promise<Place> {
  const folder = temporaryFolder(t);
  const env = { TMPDIR: folder };
  const pond = join(folder, '.pond');
  const run = (args: readonly string[], input = ''): Promise<Ended> => runPond(args, { cwd: folder, input, env });
  for (const args of [['init'], ['write', '/old'], ['commit', '-m', 'first'], ['write', '/j1'], ['write', '/j2']]) {
    assert.equal((await run(args, 'text')).status, 0);
  }
  const window = async (): Promise<EditorServer> => {
    const server = await startEditorServer({}, env);
    t.after(() => server.kill());
    await server.ask('open', { pond });
    return server;
  };
  return { pond, journal: join(pond, '_pond/journal'), run, window };
}

function alterLastByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 0xff;
  writeFileSync(path, bytes);
}

const cut = (path: string): void => truncateSync(path, statSync(path).size - 20);
const content = Buffer.from('text');

describe('the terminal', () => {
  it('refuses a journal whose last change is altered, in every verb, until it is cut or moved away', async (t) => {
    const { journal, run } = await newPlace(t);
    alterLastByte(journal);
    const before = readFileSync(journal);
    for (const args of [['status'], ['ls'], ['touch', '/j3'], ['commit', '-m', 'more'], ['discard']]) {
      const { status, stdout, stderr } = await run(args);
      assert.deepEqual([status, stdout], [6, ''], args.join(' '));
      assert.match(stderr, /the journal is damaged at byte \d+ in the last change.*\nhint: Restore _pond\/journal/);
    }
    assert.deepEqual(readFileSync(journal), before);
    renameSync(journal, `${journal}.damaged`);
    const missing = 'pond: _pond/journal is missing: what was staged, if anything was, is gone\n';
    assert.deepEqual(await run(['ls']), { status: 0, stdout: 'old\n', stderr: missing });
    assert.deepEqual(await run(['touch', '/j3']), { status: 0, stdout: '', stderr: missing });
    assert.deepEqual(await run(['ls']), { status: 0, stdout: 'j3\nold\n', stderr: '' });
  });

  it('warns in every verb of what opening ignored or quarantined, and lists it in status until it is removed', async (t) => {
    const { pond, journal, run } = await newPlace(t);
    cut(journal);
    const left =
      /^pond: the journal lost its last \d+ bytes since it was written: .*; restore _pond\/journal from a copy/;
    for (const args of [['ls'], ['--json', 'ls'], ['cat', '/old'], ['log'], ['status'], ['--json', 'status']]) {
      const { status, stderr } = await run(args);
      assert.equal(status, 0);
      assert.match(stderr, left, args.join(' '));
    }
    const written = await run(['write', '/j3'], 'text');
    assert.equal(written.status, 0);
    assert.match(
      written.stderr,
      /^pond: the journal lost its last \d+ bytes .*; the \d+ bytes left of it are in _pond\/quarantine\/journal-\d+-\d+\n$/,
    );

    const [name] = readdirSync(join(pond, '_pond/quarantine'));
    for (let time = 0; time < 2; time++) {
      const { stdout, stderr } = await run(['status']);
      assert.equal(stderr, '');
      assert.match(
        stdout,
        new RegExp(
          `quarantined as damaged or unfinished, until you remove it:\n {3}_pond/quarantine/${name}\n {6}The end of the journal `,
        ),
      );
    }
    const { quarantined } = JSON.parse((await run(['--json', 'status'])).stdout) as {
      readonly quarantined: readonly { readonly path: string; readonly text: string }[];
    };
    assert.deepEqual(
      quarantined.map(({ path, text }) => [
        path,
        text.endsWith('Remove this file once nothing that you staged is missed.'),
      ]),
      [[`_pond/quarantine/${name}`, true]],
    );
    rmSync(join(pond, '_pond/quarantine', name!));
    assert.doesNotMatch((await run(['status'])).stdout, /quarantined/);
  });

  it('does not mistake a damaged commit for one that was never made when the journal is missing', async (t) => {
    const { pond, journal, run } = await newPlace(t);
    rmSync(journal);
    const commit = join(pond, '_delta_log/00000000000000000001.json');
    alterLastByte(commit);
    writeFileSync(commit, readFileSync(commit).fill(0, 3, 4));
    for (const args of [['status'], ['write', '/j3']]) {
      const { status, stderr } = await run(args, 'text');
      assert.equal(status, 6, stderr);
      assert.match(stderr, /commit 1 is damaged/);
    }
    assert.ok(existsSync(commit));
    assert.ok(!existsSync(join(pond, '_pond/quarantine')));
  });
});

describe('the editor', () => {
  it('warns once of what opening quarantined', async (t) => {
    const { pond, journal, window } = await newPlace(t);
    cut(journal);
    const server = await window();
    const isWarning = ({ method }: { readonly method: string }): boolean => method === 'window/showMessage';
    const { params } = await server.until(isWarning);
    const { type, message } = params as { readonly type: number; readonly message: string };
    assert.equal(type, 2);
    assert.ok(message.startsWith(`${pond}: the journal lost `) && message.includes('are in _pond/quarantine'), message);
    await server.ask('status', { pond });
    await server.ask('write', { pond, path: '/j3', content, create: true, overwrite: true });
    assert.equal(server.received.filter(isWarning).length, 1);
  });
});

describe('windows and terminals on a pond whose folder or journal disappears', () => {
  const isCoded =
    (code: string) =>
    (error: unknown): boolean =>
      failureOf(error)?.code === code;

  it('report that a write is not kept, and the folder is not created again', async (t) => {
    const { pond, run, window } = await newPlace(t);
    const first = await window();
    const second = await window();
    assert.equal((await second.ask('open', { pond })).mode, 'attached');
    renameSync(pond, `${pond}.moved`);
    const large = Buffer.alloc(200_000, 'x');
    for (const server of [second, first, second, first]) {
      for (const bytes of [content, large]) {
        const written = server.ask('write', { pond, path: '/new', content: bytes, create: true, overwrite: true });
        await assert.rejects(written, isCoded('pond-not-found'));
      }
    }
    assert.equal((await run(['--pond', pond, 'write', '/new'], 'text')).status, 3);
    assert.equal(existsSync(pond), false);
    renameSync(`${pond}.moved`, pond);
    await first.ask('write', { pond, path: '/new', content, create: true, overwrite: true });
    assert.match((await run(['ls'])).stdout, /j1\nj2\nnew\nold\n/);
  });

  it('report that the journal is missing, and continue with the present one', async (t) => {
    const { pond, journal, run, window } = await newPlace(t);
    const server = await window();
    renameSync(journal, `${journal}.away`);
    const { status, stderr } = await run(['write', '/j3'], 'text');
    assert.equal(status, 6);
    assert.match(stderr, /the journal was removed or replaced while the pond was open/);
    renameSync(`${journal}.away`, journal);
    await server.ask('write', { pond, path: '/j4', content, create: true, overwrite: true });
    assert.deepEqual(
      (await server.ask('status', { pond })).staged.map(({ path }) => path),
      ['/j1', '/j2', '/j4'],
    );
  });
});
