import { type Disk } from '../../server/src/storage/disk.ts';
import { type DiskImage, createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { everyChoice, sampleChoices } from './choices.ts';
import { CrashModel } from './crashModel.ts';
import { type CrashImage, crashImage } from './crashStates.ts';
import { randomOf } from './random.ts';
import { type DiskOperation, createRecordingDisk } from './recordingDisk.ts';

/** Selection of the states after a crash: all of them, or some by a seed, which a failing test prints. */
export type CrashChoice =
  | { readonly mode: 'every' }
  | {
      readonly mode: 'sample';
      readonly seed: number;
      /** Points at which the machine stops; all if there are no more than these. */
      readonly pointsMax: number;
      /** States at each point in addition to the four extreme ones. */
      readonly randomStates: number;
    };

/** State that a crash after the first `point` operations can leave. */
interface CrashState<Fact> {
  readonly point: number;
  /** Facts acknowledged before the crash, in order: they must hold. */
  readonly acknowledged: readonly Fact[];
  /** The last operation before the crash, and the unsynced changes that were not kept completely. */
  readonly label: string;
  /** For a second simulation, whose crashes occur during the recovery from the first crash. */
  readonly image: DiskImage;
  /** A new disk with the remaining content. */
  readonly open: () => Disk;
}

const emptyImage: DiskImage = { directories: [], files: [] };

/**
 * A disk in memory that records every call that changed it, and then enumerates the states that a crash after each of them
 * can leave. A test runs its work on `disk`, calls `acknowledge` for each acknowledged fact, and then checks the states:
 *
 *     const sim = new SimDisk<string>();
 *     putIfAbsent(sim.disk, 'a', bytes);
 *     sim.acknowledge('a');
 *     await sim.checkCrashes({ mode: 'every' }, ({ open, acknowledged }) => …);
 *
 * A process that dies while the machine continues is not a crash here: open the same `disk` again.
 */
export class SimDisk<Fact = never> {
  readonly disk: Disk;
  readonly #initial: DiskImage;
  readonly #operations: DiskOperation[] = [];
  readonly #facts: { readonly fact: Fact; readonly point: number }[] = [];

  /**
   * A disk that starts with `image`, all of it durable. No crash keeps a file at a path of `volatile`: of a file that
   * is never flushed, each call would double the states.
   */
  constructor(image: DiskImage = emptyImage, volatile: readonly string[] = []) {
    this.#initial = image;
    const record = (operation: DiskOperation): unknown => this.#operations.push(operation);
    this.disk = createRecordingDisk(createMemoryDisk(image), record, volatile);
  }

  /** Number of calls that changed the disk so far: a crash can occur after 0 to this many. */
  get pointCount(): number {
    return this.#operations.length;
  }

  /** Records that `fact` is acknowledged from now on: after any later crash it must hold. */
  acknowledge(fact: Fact): void {
    this.#facts.push({ fact, point: this.pointCount });
  }

  /** The states that crashes can leave, in the order of time. Only the model is kept between two of them. */
  *crashStates(choice: CrashChoice): Generator<CrashState<Fact>> {
    const chosen = choice.mode === 'every' ? undefined : choosePoints(this.pointCount, choice.pointsMax, choice.seed);
    const model = new CrashModel(this.#initial);
    for (let point = 0; point <= this.pointCount; point++) {
      const operation = this.#operations[point - 1];
      if (operation !== undefined) model.apply(operation);
      if (chosen !== undefined && !chosen.has(point)) continue;
      const acknowledged = this.#facts.filter((noted) => noted.point <= point).map(({ fact }) => fact);
      for (const image of imagesOf(model, point, choice)) {
        const label = `after call ${point} (${operation === undefined ? 'none' : describe(operation)}): ${image.label}`;
        yield { point, acknowledged, label, image, open: () => createMemoryDisk(image) };
      }
    }
  }

  /** Runs `check` on each state; its errors are extended with the state and the seed. Returns the number of states. */
  async checkCrashes(choice: CrashChoice, check: (state: CrashState<Fact>) => void | Promise<void>): Promise<number> {
    let states = 0;
    for (const state of this.crashStates(choice)) {
      states++;
      try {
        await check(state);
      } catch (cause) {
        const seed = choice.mode === 'every' ? '' : `, seed ${choice.seed}`;
        throw new Error(`crash ${state.label}${seed}: ${String(cause)}`, { cause });
      }
    }
    return states;
  }
}

function* imagesOf(model: CrashModel, point: number, choice: CrashChoice): Generator<CrashImage> {
  const make = (choose: Parameters<typeof crashImage>[1]) => crashImage(model.root, choose);
  const images =
    choice.mode === 'every' ? everyChoice(make) : sampleChoices(make, choice.randomStates, choice.seed + point);
  for (const image of images) if (image !== undefined) yield image;
}

function choosePoints(count: number, pointsMax: number, seed: number): Set<number> | undefined {
  if (count < pointsMax) return undefined;
  const pick = randomOf(seed);
  const chosen = new Set([count]);
  while (chosen.size < pointsMax) chosen.add(pick(count + 1));
  return chosen;
}

function describe(operation: DiskOperation): string {
  if ('from' in operation) return `${operation.kind} '${operation.from}' '${operation.to}'`;
  if ('path' in operation) return `${operation.kind} '${operation.path}'`;
  return `${operation.kind} of file ${operation.file}`;
}
