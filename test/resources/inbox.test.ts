import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { hostFileState } from '../../server/src/storage/hostScan.ts';
import { contentOf, hashOf, SkippedFile } from '../../server/src/resources/kinds/inbox/hostContent.ts';
import { runInbox } from '../../server/src/resources/kinds/inbox/run.ts';
import { parseHostPattern } from '../../server/src/resources/kinds/inbox/hostPattern.ts';
import { progressName } from '../../server/src/resources/model/resourcePath.ts';
import { type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type ResourceBench, resourceBench, type RunSettings } from '../support/runContext.ts';

interface Bench extends ResourceBench {
  /** The host folder of the inbox. */
  readonly folder: string;
  put(path: string, text: string): void;
  look(settings?: RunSettings): Promise<RunOutcome>;
  /** Texts in the resource directory by path, without the resource's own files. */
  texts(): Promise<Readonly<Record<string, string>>>;
  versionOf(path: string): Promise<number | undefined>;
}

const hourMs = 3_600_000;
/** A time long after the files were changed. */
const later = (): number => Date.now() + hourMs;

async function newInbox(t: TestContext, pattern = '**'): Promise<Bench> {
  const folder = temporaryFolder(t);
  const bench = await resourceBench(t, 'Inbox', documentOf(`${folder}/${pattern}`));
  return {
    ...bench,
    folder,
    put(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    look: (settings) => bench.run(runInbox, { now: later, ...settings }),
    async texts() {
      const root = await bench.pond.fs.root();
      const texts: Record<string, string> = {};
      for await (const at of root.walk(bench.home)) {
        const path = at.path.slice(bench.home.length + 1);
        if (at.isDirectory || path === 'resource.yaml' || path === progressName) continue;
        texts[path] = Buffer.from(await root.readFile(at.path)).toString();
      }
      return texts;
    },
    async versionOf(path) {
      const root = await bench.pond.fs.root();
      return (await root.get(`${bench.home}/${path}`))?.node.version;
    },
  };
}

function documentOf(pattern: string): string {
  return `apiVersion: duckpond/v1
kind: Inbox
name: files
desc: Files
spec:
  pattern: ${JSON.stringify(pattern)}
`;
}

test('files that match are copied to their paths below the fixed part of the pattern', async (t) => {
  const inbox = await newInbox(t, '**/*.csv');
  inbox.put('a.csv', 'a');
  inbox.put('sub/deep/b.csv', 'bb');
  inbox.put('sub/.hidden/.c.csv', '');
  inbox.put('sub/other.txt', 'x');
  const outcome = await inbox.look();
  assert.deepEqual(outcome, { rows: 0, files: 3, bytes: 3, notes: [] });
  assert.deepEqual(await inbox.texts(), { 'a.csv': 'a', 'sub/.hidden/.c.csv': '', 'sub/deep/b.csv': 'bb' });
});

test('a changed file gets a new version, an unchanged one does not', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  inbox.put('b', 'two');
  await inbox.look();
  inbox.put('a', 'ONE');
  assert.deepEqual(await inbox.look(), { rows: 0, files: 1, bytes: 3, notes: [] });
  assert.deepEqual(await inbox.texts(), { a: 'ONE', b: 'two' });
  assert.deepEqual([await inbox.versionOf('a'), await inbox.versionOf('b')], [2, 1]);
});

test('a run notes files that became shorter, as a log that was emptied, in one sentence', async (t) => {
  const inbox = await newInbox(t);
  for (const name of ['a', 'b', 'c']) inbox.put(name, 'one\n');
  await inbox.look();
  inbox.put('a', 'one\ntwo\n');
  inbox.put('b', '');
  inbox.put('c', 'on\n');
  const { notes } = await inbox.look();
  const what = `shorter than their version before: ${inbox.folder}/b, from 4 to 0 bytes, and 1 other file`;
  assert.deepEqual(notes, [`${what}; what is gone from a file is in its earlier versions`]);
  assert.deepEqual((await inbox.look()).notes, []);
});

test('a run that finds nothing new changes nothing in the pond', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  await inbox.look();
  const { number } = inbox.pond.head;
  assert.deepEqual(await inbox.look(), { rows: 0, files: 0, bytes: 0, notes: [] });
  assert.equal(inbox.pond.head.number, number);
});

test('a file whose content is replaced while its size and times are kept is detected', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  utimesSync(join(inbox.folder, 'a'), 1_600_000_000, 1_600_000_000);
  await inbox.look();
  inbox.put('a', 'ONE');
  utimesSync(join(inbox.folder, 'a'), 1_600_000_000, 1_600_000_000);
  assert.equal((await inbox.look()).files, 1);
  assert.deepEqual(await inbox.texts(), { a: 'ONE' });
});

test('a file that changed just before a run is read again by the next', async (t) => {
  const inbox = await newInbox(t);
  const nowMs = Date.now();
  inbox.put('a', 'one');
  await inbox.look({ now: () => nowMs });
  assert.equal(await inbox.versionOf(progressName), undefined);
  assert.equal((await inbox.look()).files, 0);
  assert.equal(await inbox.versionOf(progressName), 1);
});

test('a file with a new time and the same content gets no new version', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  await inbox.look();
  utimesSync(join(inbox.folder, 'a'), 1_600_000_000, 1_600_000_000);
  assert.equal((await inbox.look()).files, 0);
  assert.equal(await inbox.versionOf('a'), 1);
});

test('a file that was changed or removed in the pond is collected again', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  inbox.put('b', 'two');
  await inbox.look();
  const root = await inbox.pond.fs.root();
  await root.writeFile(`${inbox.home}/a`, Buffer.from('ONE'));
  await root.remove(`${inbox.home}/b`);
  await inbox.pond.commit({ message: 'by hand', author: 'test' });
  assert.equal((await inbox.look()).files, 2);
  assert.deepEqual(await inbox.texts(), { a: 'one', b: 'two' });
});

test('files that are deleted or renamed on the host stay in the pond', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  inbox.put('b', 'two');
  await inbox.look();
  rmSync(join(inbox.folder, 'a'));
  renameSync(join(inbox.folder, 'b'), join(inbox.folder, 'c'));
  assert.equal((await inbox.look()).files, 1);
  assert.deepEqual(await inbox.texts(), { a: 'one', b: 'two', c: 'two' });
});

test('links to files are read as files, links to folders and cycles of links are not followed', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('sub/a', 'one');
  symlinkSync(join(inbox.folder, 'sub/a'), join(inbox.folder, 'link'));
  symlinkSync(inbox.folder, join(inbox.folder, 'sub/up'));
  symlinkSync('circle', join(inbox.folder, 'circle'));
  symlinkSync('nowhere', join(inbox.folder, 'dangling'));
  const { notes, failure } = await inbox.look();
  assert.equal(failure, undefined);
  assert.deepEqual(
    notes.map((note) => note.replace(inbox.folder, '')),
    [
      '/circle was skipped: it is a link in a circle of links',
      '/dangling was skipped: it is a link that leads nowhere',
      '/sub/up was skipped: it is a link to a folder',
    ],
  );
  assert.deepEqual(await inbox.texts(), { link: 'one', 'sub/a': 'one' });
});

test('names that the resource directory reserves are skipped at its top level', async (t) => {
  const inbox = await newInbox(t);
  for (const name of ['resource.yaml', 'runs.jsonl', progressName]) inbox.put(name, 'x');
  inbox.put('sub/resource.yaml', 'y');
  const { notes } = await inbox.look();
  assert.equal(notes.length, 3);
  assert.match(notes[0] ?? '', /resource|progress|runs/);
  assert.deepEqual(await inbox.texts(), { 'sub/resource.yaml': 'y' });
  const document = await (await inbox.pond.fs.root()).readFile(`${inbox.home}/resource.yaml`);
  assert.match(Buffer.from(document).toString(), /kind: Inbox/);
});

test('a name that is not text is skipped with a note', async (t) => {
  const inbox = await newInbox(t, '*');
  inbox.put('a', 'one');
  writeFileSync(Buffer.concat([Buffer.from(`${inbox.folder}/`), Buffer.from([0xff, 0xfe])]), 'x');
  const { notes } = await inbox.look();
  assert.match(notes.join(), /its name is not UTF-8/);
  assert.deepEqual(await inbox.texts(), { a: 'one' });
});

test('a file at the path of a folder of the pond fails, and the others are collected', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a/b', 'one');
  inbox.put('c', 'two');
  await inbox.look();
  rmSync(join(inbox.folder, 'a'), { recursive: true });
  inbox.put('a', 'file');
  rmSync(join(inbox.folder, 'c'));
  inbox.put('c/d', 'below');
  inbox.put('e', 'new');
  const { files, failure } = await inbox.look();
  assert.equal(files, 1);
  assert.equal(failure?.code, 'run-failed');
  assert.match(failure.message, /Inbox\/files: 2 files or folders could not be read/);
  assert.deepEqual(await inbox.texts(), { 'a/b': 'one', c: 'two', e: 'new' });
});

test('a file that changes while it is read is stored neither in part nor mixed', async (t) => {
  const { folder, pond } = await newInbox(t);
  const hostPath = join(folder, 'large');
  const changes: Readonly<Record<string, () => void>> = {
    cut: () => truncateSync(hostPath, 3_000_000),
    grown: () => appendFileSync(hostPath, 'more'),
    replaced: () => writeFileSync(hostPath, 'y'.repeat(5_000_000)),
    removed: () => rmSync(hostPath),
  };
  const root = await pond.fs.root();
  for (const [name, change] of Object.entries(changes)) {
    writeFileSync(hostPath, 'x'.repeat(5_000_000));
    const state = hostFileState(hostPath);
    assert.ok(state !== undefined);
    let pieces = 0;
    const pace = (): Promise<void> => {
      pieces += 1;
      if (pieces === 3) change();
      return Promise.resolve();
    };
    const content = await contentOf({ hostPath, state }, pace);
    await assert.rejects(root.writeFile(name, content), /changed while it was read/);
    assert.equal(await root.exists(name), false);
  }
});

test('a small file that differs from the one found is not stored', async (t) => {
  const { folder, put } = await newInbox(t);
  put('a', 'one');
  const hostPath = join(folder, 'a');
  const state = hostFileState(hostPath);
  assert.ok(state !== undefined);
  put('a', 'ones');
  const pace = (): Promise<void> => Promise.resolve();
  await assert.rejects(contentOf({ hostPath, state }, pace), SkippedFile);
  await assert.rejects(hashOf({ hostPath, state }, pace), SkippedFile);
});

test('a file that was replaced by a named pipe or a folder does not block the run', async (t) => {
  if (process.platform === 'win32') return;
  const { folder, put } = await newInbox(t);
  const pace = (): Promise<void> => Promise.resolve();
  for (const become of [(path: string) => execFileSync('mkfifo', [path]), mkdirSync]) {
    put('a', 'one');
    const hostPath = join(folder, 'a');
    const state = hostFileState(hostPath);
    assert.ok(state !== undefined);
    rmSync(hostPath);
    become(hostPath);
    await assert.rejects(contentOf({ hostPath, state }, pace), SkippedFile);
    rmSync(hostPath, { recursive: true });
  }
});

test('a large file has the same content in the pond', async (t) => {
  const inbox = await newInbox(t);
  const text = Array.from({ length: 300_000 }, (_, index) => `row ${index}\n`).join('');
  inbox.put('large.csv', text);
  assert.equal((await inbox.look()).bytes, text.length);
  assert.ok((await inbox.texts())['large.csv'] === text);
});

test('a pattern without wildcards is one file', async (t) => {
  const inbox = await newInbox(t, 'sub/a.csv');
  inbox.put('sub/a.csv', 'one');
  inbox.put('sub/b.csv', 'two');
  await inbox.look();
  assert.deepEqual(await inbox.texts(), { 'a.csv': 'one' });
});

test('without the folder of the pattern the run fails and names it', async (t) => {
  const inbox = await newInbox(t, 'absent/*.csv');
  await assert.rejects(inbox.look(), {
    code: 'run-failed',
    message: `Inbox/files: ${inbox.folder}/absent, the folder of its pattern, is not there or is not a folder`,
    path: `${inbox.home}/resource.yaml`,
    position: { line: 5, character: 11 },
  });
  inbox.put('absent', 'a file');
  await assert.rejects(inbox.look(), { code: 'run-failed' });
});

test('a file that cannot be read fails, and the others are collected', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  inbox.put('c', 'three');
  // Even a process that may read everything cannot read this one.
  if (existsSync('/proc/self/mem')) symlinkSync('/proc/self/mem', join(inbox.folder, 'b'));
  else {
    inbox.put('b', 'two');
    chmodSync(join(inbox.folder, 'b'), 0);
  }
  const { failure, notes, files } = await inbox.look();
  assert.match(failure?.message ?? '', /Inbox\/files: one file or folder could not be read: .*\/b/);
  assert.equal(notes.length, 1);
  assert.equal(files, 2);
  assert.deepEqual(await inbox.texts(), { a: 'one', c: 'three' });
});

test('a cancelled run stores nothing', async (t) => {
  const inbox = await newInbox(t);
  for (let index = 0; index < 20; index += 1) inbox.put(`f${index}`, 'x');
  const control = new AbortController();
  const progress = (_: string, done: number): void => void (done === 10 && control.abort());
  await assert.rejects(inbox.look({ signal: control.signal, progress }), { code: 'cancelled' });
  assert.deepEqual(await inbox.texts(), {});
  assert.equal((await inbox.look()).files, 20);
});

test('progress reports the number of files', async (t) => {
  const inbox = await newInbox(t);
  for (const name of ['a', 'b', 'c']) inbox.put(name, name);
  const reported: (readonly [number, number | undefined])[] = [];
  await inbox.look({ progress: (_, done, total) => reported.push([done, total]) });
  assert.deepEqual(reported.at(-1), [3, 3]);
});

test('invalid recorded states of files do not fail the run', async (t) => {
  const inbox = await newInbox(t);
  inbox.put('a', 'one');
  await inbox.look();
  await (await inbox.pond.fs.root()).writeFile(`${inbox.home}/${progressName}`, Buffer.from('[not JSON'));
  await inbox.pond.commit({ message: 'by hand', author: 'test' });
  assert.equal((await inbox.look()).files, 0);
  const text = readFileSync(join(inbox.folder, 'a'), 'utf8');
  assert.deepEqual((await inbox.texts())['a'], text);
});

function checkPattern(text: string, folder: string, taken: readonly string[], entered: readonly string[]): void {
  test(`the pattern ${text} lists only directories that can contain matches`, () => {
    const pattern = parseHostPattern(text);
    assert.equal(pattern.folder, folder);
    const paths = ['a.csv', 'x', 'x/a.csv', 'x/y', 'x/y/a.csv', 'z/y'];
    const split = (path: string): string[] => path.split('/');
    assert.deepEqual(
      paths.filter((path) => pattern.matches(split(path))),
      taken,
    );
    assert.deepEqual(
      paths.filter((path) => pattern.mayContain(split(path))),
      entered,
    );
  });
}

checkPattern('/in/*.csv', '/in', ['a.csv'], []);
checkPattern('/in/*/a.csv', '/in', ['x/a.csv'], ['a.csv', 'x']);
checkPattern('/in/x*/y/*.csv', '/in', ['x/y/a.csv'], ['x', 'x/y']);
checkPattern(
  '/in/**/*.csv',
  '/in',
  ['a.csv', 'x/a.csv', 'x/y/a.csv'],
  ['a.csv', 'x', 'x/a.csv', 'x/y', 'x/y/a.csv', 'z/y'],
);
checkPattern('/in/a.csv', '/in', ['a.csv'], []);
checkPattern('C:/in/*', 'C:/in/', ['a.csv', 'x'], []);
