/** Logs of one series that are renamed to names that the pattern matches too: each of their rows comes once. */
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseHostPattern } from '../../server/src/resources/kinds/inbox/hostPattern.ts';
import { createNotes } from '../../server/src/resources/kinds/inbox/notes.ts';
import { findLogs } from '../../server/src/resources/kinds/tail/findLogs.ts';
import { followLog } from '../../server/src/resources/kinds/tail/followLog.ts';
import { type ReadLogs, withAbsentNames } from '../../server/src/resources/kinds/tail/readLogs.ts';
import { renamedLogs } from '../../server/src/resources/kinds/tail/renamedLogs.ts';
import { type Lines } from '../../server/src/resources/kinds/tail/seriesWriter.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const header = 'time,value\n';
const nothing = { rows: 0, bytes: 0 };

/** A Tail of one series of all logs in a folder. */
class SharedTail {
  readonly #folder: string;
  readonly rows: string[] = [];
  #logs: ReadLogs = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs once, and returns the notes. */
  async run(): Promise<readonly string[]> {
    const notes = createNotes();
    const found = await findLogs(parseHostPattern(`${this.#folder}/*.csv`), notes, () => Promise.resolve());
    const scratch = join(this.#folder, 'scratch');
    mkdirSync(scratch);
    const known = await renamedLogs(found, this.#logs, join(scratch, 'r'));
    const logs = new Map(known);
    const write = ({ bytes }: Lines) => {
      this.rows.push(...Buffer.from(bytes).toString().trimEnd().split('\n'));
      return Promise.resolve(nothing);
    };
    for (const log of found) {
      const name = log.names.join('/');
      await followLog({
        ...{ spec: { lines: 'csv' }, log, known: known.get(name) ?? [], write, notes, scratch: join(scratch, 'f') },
        signal: new AbortController().signal,
        onRead: (read) => Promise.resolve(void logs.set(name, read)),
      });
    }
    rmSync(scratch, { recursive: true });
    this.#logs = withAbsentNames(logs, new Set(found.map(({ names }) => names.join('/'))));
    return notes.texts();
  }
}

test('a log that was renamed goes on under its new name, and the next one begins', async (t) => {
  const folder = temporaryFolder(t);
  const tail = new SharedTail(folder);
  const [current, dated] = [join(folder, 'current.csv'), join(folder, '2026-01-01.csv')];
  writeFileSync(current, `${header}a,1\n`);
  await tail.run();
  appendFileSync(current, 'b,2\n');
  renameSync(current, dated);
  writeFileSync(current, `${header}c,3\n`);
  assert.deepEqual(await tail.run(), []);
  assert.deepEqual(tail.rows, ['a,1', 'b,2', 'c,3']);
});

test('a log of another device that begins like one that is gone is read', async (t) => {
  const folder = temporaryFolder(t);
  const tail = new SharedTail(folder);
  writeFileSync(join(folder, 'one.csv'), `${header}a,1\n`);
  writeFileSync(join(folder, 'two.csv'), `${header}a,1\n`);
  await tail.run();
  renameSync(join(folder, 'one.csv'), join(folder, 'one.away'));
  writeFileSync(join(folder, 'three.csv'), `${header}a,1\nb,1\n`);
  await tail.run();
  assert.deepEqual(tail.rows, ['a,1', 'a,1', 'a,1', 'b,1']);
});

test('logs that are renamed, copied and compressed at random give each row once', async (t) => {
  for (const seed of seeds(25)) {
    const folder = temporaryFolder(t);
    const random = randomOf(seed);
    const tail = new SharedTail(folder);
    const written: string[] = [];
    const old: string[] = [];
    for (let step = 0; step < 25; step++) {
      const live = join(folder, `${['a', 'm', 'z'][random(3)]}.csv`);
      const dated = join(folder, `n${seed}-${step}.csv`);
      const isThere = old.includes(live);
      const row = `${step},${random(1000)}-${'x'.repeat(random(2000))}`;
      const content = isThere ? readFileSync(live) : undefined;
      const steps: readonly (() => Promise<unknown> | void)[] = [
        () => {
          appendFileSync(live, content === undefined || content.length === 0 ? `${header}${row}\n` : `${row}\n`);
          written.push(row);
          if (!isThere) old.push(live);
        },
        () => {
          if (!isThere) return;
          renameSync(live, dated);
          old.splice(old.indexOf(live), 1);
        },
        async () => {
          if (!isThere) return;
          // Lines that were not read before the copy are found in it where the copy is recognized.
          await tail.run();
          copyFileSync(live, dated);
          writeFileSync(live, '');
        },
        async () => {
          if (!isThere) return;
          await tail.run();
          writeFileSync(`${dated}.gz`, gzipSync(content!));
          rmSync(live);
          old.splice(old.indexOf(live), 1);
        },
        () => tail.run(),
      ];
      await steps[random(steps.length)]!();
    }
    await tail.run();
    assert.deepEqual([...tail.rows].sort(), [...written].sort(), `seed ${seed}`);
  }
});
