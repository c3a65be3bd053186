/** Logs that are written, rotated, copied, compressed and truncated at random between the runs that follow them. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseHostPattern } from '../../server/src/resources/kinds/inbox/hostPattern.ts';
import { createNotes } from '../../server/src/resources/kinds/inbox/notes.ts';
import { findLogs } from '../../server/src/resources/kinds/tail/findLogs.ts';
import { followLog } from '../../server/src/resources/kinds/tail/followLog.ts';
import { decodeReadLogs, encodeReadLogs, type ReadLog } from '../../server/src/resources/kinds/tail/readLogs.ts';
import { type Lines } from '../../server/src/resources/kinds/tail/seriesWriter.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const header = 'time,value\n';

/** A program that writes lines to a log and rotates it, and a Tail that follows the log. */
class LogModel {
  readonly #folder: string;
  readonly #random: (count: number) => number;
  readonly written: string[] = [];
  readonly read: string[] = [];
  #progress = encodeReadLogs(new Map());
  #pending = '';
  /** True when the log was truncated since the last run, which a note says. */
  #isTruncated = false;
  /** Name of the file that the writer has open. */
  #open = 'x.csv';

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#random = randomOf(seed);
  }

  step(): Promise<void> | void {
    const steps = [
      () => this.#write(),
      () => this.#write(),
      () => this.#writePart(),
      () => this.#rename(),
      () => this.#copyAndTruncate(),
      () => this.#compress(),
      () => this.run(Infinity),
      () => this.run(Infinity),
      () => this.run(this.#random(2)),
      () => this.#truncate(),
      () => this.#hide(),
    ];
    return steps[this.#random(steps.length)]!();
  }

  /** Ends the last line, in the file where it was begun. */
  finish(): void {
    if (this.#pending !== '') this.#append(this.#pending);
    this.#pending = '';
    this.#open = 'x.csv';
  }

  /** Runs a Tail that is killed after `writesMax` versions: then nothing of the run is kept. */
  async run(writesMax: number): Promise<void> {
    const notes = createNotes();
    const known = decodeReadLogs(this.#progress, 'progress.json');
    const rows: string[] = [];
    let progress = this.#progress;
    let left = writesMax;
    const write = ({ bytes, head: first }: Lines) => {
      if (left-- <= 0) throw new Error('killed');
      assert.equal(Buffer.from(first).toString(), header);
      rows.push(...Buffer.from(bytes).toString().replace(/\n$/, '').split('\n'));
      return Promise.resolve({ rows: 1, bytes: 0 });
    };
    const onRead = (logs: readonly ReadLog[]): Promise<void> => {
      progress = encodeReadLogs(new Map([['x.csv', logs]]));
      return Promise.resolve();
    };
    const found = await findLogs(parseHostPattern(`${this.#folder}/*.csv`), notes, () => Promise.resolve());
    const scratch = mkdtempSync(join(this.#folder, 'scratch-'));
    try {
      for (const log of found) {
        const spec = { lines: 'csv' } as const;
        await followLog({
          spec,
          log,
          known: known.get('x.csv') ?? [],
          write,
          notes,
          signal: new AbortController().signal,
          scratch: join(scratch, 'f'),
          onRead,
        });
      }
    } catch (error) {
      if (error instanceof Error && error.message === 'killed') return;
      throw error;
    } finally {
      rmSync(scratch, { recursive: true });
    }
    const expected = this.#isTruncated
      ? notes.texts().filter((text) => !text.includes('was truncated'))
      : notes.texts();
    assert.deepEqual(expected, []);
    // The note waits for a log that grows.
    if (existsSync(this.#path('x.csv'))) this.#isTruncated = false;
    this.read.push(...rows);
    this.#progress = progress;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #append(text: string): void {
    const path = this.#path(this.#open);
    if (!existsSync(path)) writeFileSync(path, header);
    appendFileSync(path, text);
  }

  #write(): void {
    this.finish();
    for (let count = 1 + this.#random(3); count > 0; count--) this.#append(this.#line());
  }

  #writePart(): void {
    this.finish();
    const line = this.#line();
    const length = 1 + this.#random(line.length - 1);
    this.#append(line.slice(0, length));
    this.#pending = line.slice(length);
  }

  #line(): string {
    const line = `${this.written.length},${'x'.repeat(this.#random(3000))}`;
    this.written.push(line);
    return `${line}\n`;
  }

  /** Shifts the rotated files: x.csv.1 is free then. */
  #shift(): void {
    const numbers = this.#rotated().map((name) => Number(/\d+/.exec(name)?.[0]));
    for (const number of [...new Set(numbers)].sort((a, b) => b - a)) {
      for (const end of ['', '.gz']) {
        const from = this.#path(`x.csv.${number}${end}`);
        if (existsSync(from)) renameSync(from, this.#path(`x.csv.${number + 1}${end}`));
      }
    }
  }

  /** The writer goes on in the renamed file to the end of the line. */
  #rename(): void {
    if (this.#open !== 'x.csv') this.finish();
    if (!existsSync(this.#path('x.csv'))) return;
    this.#shift();
    renameSync(this.#path('x.csv'), this.#path('x.csv.1'));
    if (this.#pending !== '') this.#open = 'x.csv.1';
  }

  /** A run may come between the two. */
  async #copyAndTruncate(): Promise<void> {
    this.finish();
    if (!existsSync(this.#path('x.csv'))) return;
    this.#shift();
    copyFileSync(this.#path('x.csv'), this.#path('x.csv.1'));
    if (this.#random(2) === 0) await this.run(Infinity);
    truncateSync(this.#path('x.csv'));
    this.#isTruncated = true;
    appendFileSync(this.#path('x.csv'), header);
  }

  #compress(): void {
    this.finish();
    const [name] = this.#rotated().filter((rotated) => !rotated.endsWith('.gz'));
    if (name === undefined) return;
    writeFileSync(this.#path(`${name}.gz`), gzipSync(readFileSync(this.#path(name))));
    rmSync(this.#path(name));
  }

  /** Empties a log that was read. */
  async #truncate(): Promise<void> {
    this.finish();
    if (!existsSync(this.#path('x.csv'))) return;
    await this.run(Infinity);
    writeFileSync(this.#path('x.csv'), header);
    this.#isTruncated = true;
  }

  /** A file is away while a Tail runs, and comes back. */
  async #hide(): Promise<void> {
    const names = readdirSync(this.#folder).filter((name) => name.startsWith('x.csv'));
    const name = names[this.#random(Math.max(names.length, 1))];
    if (name === undefined) return;
    const away = this.#path(`away-${name}.hidden`);
    renameSync(this.#path(name), away);
    // A log that was just renamed, and is away, may have been replaced as well.
    this.#isTruncated = true;
    await this.run(Infinity);
    renameSync(away, this.#path(name));
  }

  #rotated(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => /^x\.csv\.\d/.test(name));
  }
}

/** Lines that were read another number of times than once, by their start. */
function differences({ read, written }: LogModel): readonly string[] {
  const counts = new Map(written.map((line) => [line, 0]));
  for (const line of read) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].flatMap(([line, count]) => (count === 1 ? [] : [`${line.slice(0, 10)} ${count} times`]));
}

test('every line is read once, whatever happens to its file and wherever runs are killed', async (t) => {
  for (const seed of seeds(12)) {
    const model = new LogModel(temporaryFolder(t), seed);
    for (let step = 0; step < 25; step++) await model.step();
    model.finish();
    await model.run(Infinity);
    assert.deepEqual(differences(model), [], `seed ${seed}`);
  }
});
