import { setImmediate as turn } from 'node:timers/promises';
import { throwIfCancelled } from '../../../base/cancelled.ts';
import { PondError } from '../../../base/error.ts';
import { type Content } from '../../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { randomData, randomSeries, randomTable } from './content.ts';
import { createRandom, type Random } from './random.ts';
import { type EntryType } from './spec.ts';

export interface ScribbleOptions {
  /** The same seed creates the same entries in an empty directory. Random by default. */
  readonly seed?: number;
  /** Minimum number of entries per directory, inclusive; at least 1. `countMax` is the maximum, inclusive. */
  readonly countMin: number;
  readonly countMax: number;
  /** Weights: the probability of a type is its share of their sum. At least one is more than 0. */
  readonly probs: Readonly<Partial<Record<EntryType, number>>>;
  readonly signal?: AbortSignal;
  readonly progress?: (made: number) => void;
}

/** The result, in the directory and below. Entries include directories and links. */
interface Scribbled {
  readonly entries: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

const nameLengthMax = 16;
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const rowsMax = 10_000;
const depthMax = 12;
/** Enough for tests of a large pond; nested directories could otherwise grow without end. */
const entriesMax = 100_000;

/**
 * Creates random entries in a directory: files, tables, series, links to them, and directories with entries of their
 * own, rarer with depth. A link needs a sibling to refer to, else it becomes data. Existing entries stay. Fails
 * `cancelled`, and `run-failed` when no type has a weight.
 */
export async function scribbleTree(directory: WorkingDirectory, options: ScribbleOptions): Promise<Scribbled> {
  const random = createRandom(options.seed);
  const { countMin, countMax } = options;
  const rowCount = Math.min(countMax - countMin + 1, rowsMax);
  const total = { entries: 0, files: 0, rows: 0, bytes: 0 };
  await fill(directory, 0);
  return total;

  async function fill(into: WorkingDirectory, depth: number): Promise<void> {
    const taken = new Set((await into.list()).map(({ basename }) => basename));
    const targets: string[] = [];
    const count = random.whole(countMin, countMax);
    for (let made = 0; made < count && total.entries < entriesMax; made += 1) {
      await pause();
      const name = newName(random, taken);
      taken.add(name);
      total.entries += 1;
      const type = chooseType(random, options.probs, depth);
      const target = type === 'symlink' ? oneOf(random, targets) : undefined;
      if (target !== undefined) await into.createSymlink(name, target);
      else if (type === 'tree' || type === 'syntree') await fill(await into.createDirectory(name), depth + 1);
      else await write(into, name, type === 'symlink' ? 'data' : type);
      targets.push(name);
    }
  }

  async function write(into: WorkingDirectory, name: string, type: 'table' | 'series' | 'data'): Promise<void> {
    const content = contentOf(type);
    await into.createFile(name, content, { type: type === 'data' ? 'file' : type });
    total.files += 1;
    total.bytes += content.length;
    if (type !== 'data') total.rows += rowCount;
  }

  function contentOf(type: 'table' | 'series' | 'data'): Extract<Content, Uint8Array> {
    if (type === 'data') return randomData(random);
    return type === 'table' ? randomTable(random, rowCount) : randomSeries(random, rowCount);
  }

  /** Yields to the event loop, so that the process notices a cancellation. */
  async function pause(): Promise<void> {
    throwIfCancelled(options.signal, 'the run');
    if (total.entries % 100 !== 0) return;
    options.progress?.(total.entries);
    await turn();
  }
}

/** With depth, directories lose their share to the other types, or to data if there are none. */
function chooseType(random: Random, probs: ScribbleOptions['probs'], depth: number): EntryType {
  const weights = Object.entries(probs) as (readonly [EntryType, number])[];
  const sum = weights.reduce((before, [, weight]) => before + weight, 0);
  if (!(sum > 0)) throw new PondError('run-failed', 'no type of entry has a probability of more than 0');
  const type = draw(random, weights);
  const isDirectory = type === 'tree' || type === 'syntree';
  if (!isDirectory || (depth < depthMax && random.part() < 1 / (depth + 1))) return type;
  const others = weights.filter(([other, weight]) => weight > 0 && other !== 'tree' && other !== 'syntree');
  return others.length > 0 ? draw(random, others) : 'data';
}

function draw(random: Random, weights: readonly (readonly [EntryType, number])[]): EntryType {
  let rest = random.part() * weights.reduce((before, [, weight]) => before + weight, 0);
  const drawn = weights.find(([, weight]) => (rest -= weight) < 0);
  return drawn?.[0] ?? 'data';
}

function newName(random: Random, taken: ReadonlySet<string>): string {
  for (;;) {
    const length = random.whole(1, nameLengthMax);
    const name = Array.from({ length }, () => letters.charAt(random.whole(0, letters.length - 1))).join('');
    if (!taken.has(name)) return name;
  }
}

function oneOf<T>(random: Random, values: readonly T[]): T | undefined {
  return values[random.whole(0, values.length - 1)];
}
