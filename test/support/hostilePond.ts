/**
 * Ponds that somebody else prepared: copies of a sound pond in which one thing is forged. What is forged, and how, is
 * chosen by a seed. Hashes, sizes and checksums of what is forged are made right again where a stranger could do so.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { writeDataFile } from '../../server/src/oplog/dataFile.ts';
import { decodeEntries, type DirectoryEntry, encodeEntries } from '../../server/src/oplog/directoryEntry.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type OpRow, rootId } from '../../server/src/oplog/rows.ts';
import { leafHash } from '../../server/src/pond/hash.ts';
import { encodeFrame, FrameReader } from '../../server/src/pond/journalFrames.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { type randomOf } from './random.ts';

/** The pond to forge, and what a stranger would like to reach with it. */
export interface Forgery {
  /** Host folder of the pond. */
  readonly pond: string;
  /** Absolute host path of a file outside of the pond. */
  readonly victim: string;
  readonly random: ReturnType<typeof randomOf>;
}

/** Forges one thing in a pond; returns what, for messages. */
type Forge = (forgery: Forgery) => Promise<string> | string;

function oneOf<T>(random: Forgery['random'], values: readonly [T, ...T[]]): T {
  return values[random(values.length)] ?? values[0];
}

/** Texts that a careless program would follow, run, show or fail at. */
function texts(victim: string): readonly [string, ...string[]] {
  return [
    ...(['..', '.', '', '/', 'a/b', '../../../victim/secret.txt', '%2e%2e/%2e%2e/victim/secret.txt'] as const),
    ...[victim, `file://${victim}`, 's3://bucket/key', 'http://127.0.0.1:9/x', `${'../'.repeat(30)}etc/hostname`],
    ...[
      'a\0b',
      'a\nb\x1b[2J',
      '\u202egnp.exe',
      'e\u0301',
      '\u00e9',
      'CON',
      'nul.txt',
      'a:b',
      'a\\b',
      '-rf',
      '__proto__',
    ],
    ...["');COPY (SELECT 1) TO '/tmp/x'--", '${env:HOME}', '{{ 7 * 7 }}', '<script>alert(1)</script>', '*?[{'],
    ...['x'.repeat(256), 'x'.repeat(65_536), '\ud800'],
  ];
}

const numbers = [-1, 0, 1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 62] as const;

/** Any value of JSON. */
function anyValue({ victim, random }: Forgery): unknown {
  const nested: unknown = JSON.parse('['.repeat(2000) + ']'.repeat(2000));
  const others = [...numbers, 0.5, 1e300, null, true, [], {}, [[]], { constructor: {} }, nested] as const;
  return random(2) === 0 ? oneOf(random, texts(victim)) : oneOf(random, others);
}

/** Returns a JSON value with one of its values replaced, chosen by the seed. */
function withForgedValue(value: unknown, forgery: Forgery): unknown {
  const { random } = forgery;
  if (typeof value !== 'object' || value === null || random(4) === 0) return anyValue(forgery);
  const entries = Object.entries(value);
  if (entries.length === 0) return anyValue(forgery);
  const chosen = random(entries.length);
  const forged = entries.map(([key, item]: [string, unknown], index): readonly [string, unknown] => {
    return [key, index === chosen ? withForgedValue(item, forgery) : item];
  });
  return Array.isArray(value) ? forged.map(([, item]) => item) : Object.fromEntries(forged);
}

const newest = commitNumber(1);

function replaceFile(path: string, content: string | Uint8Array): void {
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, content);
}

const forgeLog: Forge = (forgery) => {
  const path = join(forgery.pond, commitFile(commitNumber(forgery.random(2))));
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const chosen = forgery.random(lines.length);
  const line = lines[chosen] ?? '';
  const forged = JSON.stringify(withForgedValue(JSON.parse(line), forgery));
  const doubled = forgery.random(4) === 0 ? [line, forged] : [forged];
  replaceFile(path, `${[...lines.slice(0, chosen), ...doubled, ...lines.slice(chosen + 1)].join('\n')}\n`);
  return `log: ${forged.slice(0, 300)}`;
};

/** Writes the rows of the newest commit again; the log then names their new size. */
async function rewriteRows(pond: string, change: (rows: OpRow[]) => readonly OpRow[]): Promise<void> {
  const disk = openHostDisk(pond);
  const { path, size } = readCommit(disk, newest)!.adds[0]!;
  const rows: OpRow[] = [];
  for await (const row of new RowReader(disk).scan(path, () => true)) rows.push(row);
  const before = createHash('sha256').update(disk.readFile(path)!).digest('hex');
  disk.remove(path);
  const { sizeBytes } = await writeDataFile(disk, path, change(rows), newest);
  const after = createHash('sha256').update(disk.readFile(path)!).digest('hex');
  editLog(pond, (text) => text.replace(`"size":${size}`, `"size":${sizeBytes}`).replaceAll(before, after));
}

function editLog(pond: string, change: (text: string) => string): void {
  const path = join(pond, commitFile(newest));
  replaceFile(path, change(readFileSync(path, 'utf8')));
}

/** Replaces the root's entries and all hashes above them, in the rows and in the log. */
async function rewriteRoot(
  pond: string,
  change: (entries: DirectoryEntry[], rows: OpRow[]) => readonly DirectoryEntry[],
): Promise<void> {
  let [before, after] = ['', ''];
  await rewriteRows(pond, (rows) => {
    const root = rows.find(({ nodeId, fileType }) => nodeId === rootId && fileType === 'directory')!;
    const entries = change(
      decodeEntries(root.content as Uint8Array, () => 'the root'),
      rows,
    );
    [before, after] = [root.sha256, leafHash(entries)];
    return rows.map((row) => {
      if (row !== root) return { ...row, metadata: row.metadata.replaceAll(before, after) };
      return { ...row, content: encodeEntries(entries), sha256: after, sizeBytes: entries.length };
    });
  });
  editLog(pond, (text) => text.replaceAll(before, after));
}

const textFields = ['name', 'childId', 'type', 'partId', 'sha256', 'seriesHash'] as const;
const numberFields = ['version', 'txn', 'changedTxn', 'placedTxn', 'sizeBytes', 'modifiedUs'] as const;

const forgeEntry: Forge = async ({ pond, victim, random }) => {
  const field = oneOf(random, [...textFields, ...numberFields]);
  const isText = textFields.some((name) => name === field);
  const value = isText ? oneOf(random, texts(victim)) : oneOf(random, numbers);
  let forged = '';
  await rewriteRoot(pond, (entries) => {
    const chosen = random(entries.length);
    forged = entries[chosen]?.name ?? '';
    return entries.map((entry, index) => (index === chosen ? { ...entry, [field]: value } : entry));
  });
  return `entry ${forged}: ${field} is ${JSON.stringify(value).slice(0, 100)}`;
};

const forgeRow: Forge = async ({ pond, victim, random }) => {
  const field = oneOf(random, [
    'nodeId',
    'partId',
    'fileType',
    'metadata',
    'sha256',
    'version',
    'sizeBytes',
    'content',
  ]);
  const number = field === 'version' || field === 'sizeBytes';
  const text = oneOf(random, texts(victim));
  const value = number ? oneOf(random, numbers) : field === 'content' ? Buffer.from(text) : text;
  await rewriteRows(pond, (rows) => {
    const chosen = random(rows.length);
    return rows.map((row, index) => (index === chosen ? { ...row, [field]: value } : row));
  });
  return `row: ${field} is ${JSON.stringify(value).slice(0, 100)}`;
};

/** A directory inside itself: below itself, or below one of its own directories. */
const forgeCycle: Forge = async ({ pond, random }) => {
  await rewriteRows(pond, (rows) => {
    const directories = rows.filter(({ fileType, content }) => fileType === 'directory' && content !== undefined);
    const [outer, inner] = [directories[random(directories.length)]!, directories[random(directories.length)]!];
    const row = rows.find(({ nodeId }) => nodeId === inner.nodeId)!;
    const entries = decodeEntries(row.content as Uint8Array, () => 'a directory');
    const [like] = decodeEntries(rows.find(({ nodeId }) => nodeId === rootId)!.content as Uint8Array, () => 'the root');
    const names = { name: 'loop', type: 'directory', childId: outer.nodeId, partId: outer.partId } as const;
    const looped = [...entries, { ...like!, ...names, sha256: outer.sha256 }];
    return rows.map((one) =>
      one === row ? { ...one, content: encodeEntries(looped), sha256: leafHash(looped) } : one,
    );
  });
  return 'a directory inside itself';
};

const hex = (number: number): string => number.toString(16).padStart(12, '0');

/** A chain of directories, deeper than any stack. Its hashes are right. */
const forgeDepth: Forge = async ({ pond, random }) => {
  const depth = 300 + random(200);
  await rewriteRoot(pond, (entries, rows) => {
    const like = entries[0]!;
    const row = rows.find(({ nodeId }) => nodeId === rootId)!;
    let below: readonly DirectoryEntry[] = [];
    for (let level = depth; level > 0; level--) {
      const childId = `00000000-0000-7000-8000-${hex(level)}`;
      const content = encodeEntries(below);
      const own = { nodeId: childId, partId: childId, content, sha256: leafHash(below), sizeBytes: below.length };
      rows.push({ ...row, ...own, version: 1, metadata: '{}' });
      const sizes = { sizeBytes: below.length, version: 1, sha256: own.sha256 };
      below = [{ ...like, ...sizes, name: 'd', type: 'directory', childId, partId: childId, seriesHash: '' }];
    }
    return [...entries, ...below.map((entry) => ({ ...entry, name: 'zdeep' }))];
  });
  return `${depth} directories, each in the one before`;
};

const forgeWidth: Forge = async ({ pond, victim, random }) => {
  const count = 200 + random(1_000);
  await rewriteRoot(pond, (entries) => {
    const like = entries.find(({ type }) => type === 'file') ?? entries[0]!;
    const wide = Array.from({ length: count }, (_, index) => ({
      ...like,
      name: `${oneOf(random, texts(victim))}${index}`,
    }));
    return [...entries, ...wide].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  });
  return `${count} entries of any name`;
};

const forgeJournal: Forge = (forgery) => {
  const path = join(forgery.pond, '_pond/journal');
  const disk = openHostDisk(forgery.pond);
  const reader = new FrameReader(disk, '_pond/journal');
  const bytes = readFileSync(path);
  const frames: Uint8Array[] = [];
  const chosen = forgery.random(5);
  let what = 'no frame';
  for (let at = 0, frame = reader.frameAt(0); frame !== undefined; at = frame.end, frame = reader.frameAt(at)) {
    const isChosen = frames.length === chosen;
    const json = (isChosen ? withForgedValue(frame.json, forgery) : frame.json) as typeof frame.json;
    if (isChosen) what = JSON.stringify(json).slice(0, 300);
    frames.push(encodeFrame(json, bytes.subarray(frame.contentOffset, frame.end)));
  }
  replaceFile(path, Buffer.concat(frames));
  return `journal: ${what}`;
};

const forgeLock: Forge = (forgery) => {
  const lock = { id: 'a', pid: 1, host: 'elsewhere', started: '1', socket: forgery.victim };
  const text = JSON.stringify(forgery.random(3) === 0 ? lock : withForgedValue(lock, forgery));
  const name = oneOf(forgery.random, ['lock.9', 'lock.9007199254740993', 'lock.', 'lock.x', 'lock.-1']);
  replaceFile(join(forgery.pond, '_pond', name), text);
  return `${name}: ${text.slice(0, 300)}`;
};

/** All files of a pond, relative. */
function filesOf(pond: string): readonly [string, ...string[]] {
  const entries = readdirSync(pond, { recursive: true, encoding: 'utf8' });
  const files = entries.filter((name) => statSync(join(pond, name)).isFile()).sort();
  return files as unknown as readonly [string, ...string[]];
}

const forgeBytes: Forge = ({ pond, random }) => {
  const name = oneOf(random, filesOf(pond));
  const bytes = readFileSync(join(pond, name));
  const how = oneOf(random, ['cut', 'flip', 'zeros', 'double', 'empty', 'other'] as const);
  const at = random(bytes.length);
  const forgers: Readonly<Record<typeof how, () => Uint8Array>> = {
    cut: () => bytes.subarray(0, at),
    flip: () => bytes.fill((bytes[at] ?? 0) ^ (1 + random(255)), at, at + 1),
    zeros: () => bytes.fill(0, at, at + 64),
    double: () => Buffer.concat([bytes, bytes]),
    empty: () => Buffer.alloc(0),
    other: () => Buffer.from('[]\n'),
  };
  replaceFile(join(pond, name), forgers[how]());
  return `${name}: ${how} at ${at}`;
};

/** A link, a loop of links, a pipe or a folder in the place of a file or a folder. */
const forgeKind: Forge = ({ pond, victim, random }) => {
  const names = [
    '_pond',
    '_delta_log',
    '_pond/journal',
    '_pond/blobs',
    '_pond/cache',
    '_pond/quarantine',
    '_pond/lock.1',
  ];
  const name = oneOf(random, [...filesOf(pond), ...names]);
  const path = join(pond, name);
  const how = oneOf(random, ['file', 'folder', 'loop', 'nothing', 'pipe', 'directory', 'device'] as const);
  rmSync(path, { recursive: true, force: true });
  if (how === 'pipe') execFileSync('mkfifo', [path]);
  else if (how === 'directory') execFileSync('mkdir', ['-p', join(path, 'inner')]);
  else {
    const targets = {
      file: victim,
      folder: join(victim, '..'),
      loop: path,
      nothing: `${victim}.new`,
      device: '/dev/zero',
    };
    symlinkSync(targets[how], path);
  }
  return `${name}: ${how}`;
};

/** Files that no pond has, where ponds keep theirs. */
const forgeExtra: Forge = ({ pond, random }) => {
  const name = oneOf(random, [
    '_delta_log/_last_checkpoint',
    '_delta_log/00000000000000000001.checkpoint.parquet',
    '_delta_log/00000000000000000002.json',
    '_delta_log/99999999999999999999.json',
    '_delta_log/00000000009007199254.json',
    '_pond/cache/derived',
    '_pond/cache/versions',
    '_pond/blobs/ab',
    '_pond/.tmp-1',
    '_pond/quarantine/\u202ename',
  ]);
  const texts = [
    '{"version":9007199254740993,"size":1}',
    '{"version":1,"size":-1,"parts":1e9}',
    '',
    'PAR1',
    '{}\n{}',
  ] as const;
  const text = oneOf(random, [...texts, readFileSync(join(pond, commitFile(newest)), 'utf8')]);
  execFileSync('mkdir', ['-p', join(pond, name, '..')]);
  replaceFile(join(pond, name), text);
  chmodSync(join(pond, name), 0o644);
  return `${name}: ${text.slice(0, 60)}`;
};

/** All ways to forge a pond, by name. */
export const forgeries = {
  'the log': forgeLog,
  'an entry': forgeEntry,
  'a row': forgeRow,
  'a cycle': forgeCycle,
  'a deep tree': forgeDepth,
  'a wide tree': forgeWidth,
  'the journal': forgeJournal,
  'the lock': forgeLock,
  'some bytes': forgeBytes,
  'the kind of a file': forgeKind,
  'a file of its own': forgeExtra,
} satisfies Readonly<Record<string, Forge>>;
