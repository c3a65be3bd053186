import { type Disk, type DiskFile } from '../../server/src/storage/disk.ts';
import { createFromChunks } from '../../server/src/storage/memoryDisk.ts';
import { storageError } from '../../server/src/storage/storageError.ts';

/** How a call fails. */
export interface FaultKind {
  readonly name: string;
  readonly errno: 'EIO' | 'ENOSPC' | 'EMFILE' | 'EACCES';
  /**
   * `refused`: nothing is done. `short`: an append writes half of its bytes. `lost`: a flush of a file loses the
   * unflushed bytes, leaving NULs, and a second flush reports success. `late`: the call is carried out, and then
   * reported as failed. Calls other than appends and flushes of files are refused by `short` and `lost`.
   */
  readonly effect: 'refused' | 'short' | 'lost' | 'late';
  /** True if all later calls that change the disk fail too, as on a removed disk. */
  readonly lasting: boolean;
}

export const faultKinds: readonly FaultKind[] = [
  { name: 'EIO', errno: 'EIO', effect: 'refused', lasting: false },
  { name: 'ENOSPC', errno: 'ENOSPC', effect: 'refused', lasting: false },
  { name: 'EMFILE', errno: 'EMFILE', effect: 'refused', lasting: false },
  { name: 'EACCES', errno: 'EACCES', effect: 'refused', lasting: false },
  { name: 'short write', errno: 'ENOSPC', effect: 'short', lasting: false },
  { name: 'lost flush', errno: 'EIO', effect: 'lost', lasting: false },
  { name: 'late EIO', errno: 'EIO', effect: 'late', lasting: false },
  { name: 'dead disk', errno: 'EIO', effect: 'refused', lasting: true },
];

/** A call that opens a file and then fails would leave it open for ever: these are refused by a `late` fault too. */
const opens: readonly string[] = ['create', 'openAppend'];

const roundsMax = 100_000;

/** The failing call, and its fault. */
export interface FaultPlan {
  readonly kind: FaultKind;
  /** The failing call: 1 is the first that is counted. */
  readonly at: number;
  /** `changes` counts the calls that change a disk, `all` also those that read. */
  readonly counted: 'changes' | 'all';
}

/** Makes one call fail among all calls to the disks that it wraps. */
export class Faults {
  readonly #plan: FaultPlan;
  #calls = 0;
  #fired: string | undefined;

  constructor(plan: FaultPlan) {
    this.#plan = plan;
  }

  /** Number of counted calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** The call that failed first, such as "append 'a/b'"; undefined if none did. */
  get fired(): string | undefined {
    return this.#fired;
  }

  /** `disk`, with the planned fault. Reads are counted only if the plan counts all calls. */
  wrap(disk: Disk): Disk {
    const read = <T>(action: string, path: string, run: () => T): T =>
      this.#plan.counted === 'all' ? this.#call(action, path, run) : run();
    const change = <T>(action: string, path: string, run: () => T): T => this.#call(action, path, run);
    const open = (action: 'create' | 'openAppend', path: string) =>
      this.#wrapFile(
        change(action, path, () => disk[action](path)),
        path,
        read,
      );
    const wrapped: Disk = {
      hostPath: (path) => disk.hostPath(path),
      readFile: (path) => read('readFile', path, () => disk.readFile(path)),
      readRange: (path, start, end) => read('readRange', path, () => disk.readRange(path, start, end)),
      stat: (path) => read('stat', path, () => disk.stat(path)),
      list: (path) => read('list', path, () => disk.list(path)),
      readStream: (path, start, end) => read('readStream', path, () => disk.readStream(path, start, end)),
      scanStream: (path, start, end) => read('scanStream', path, () => disk.scanStream(path, start, end)),
      makeDirectory: (path) => change('makeDirectory', path, () => disk.makeDirectory(path)),
      create: (path) => open('create', path),
      openAppend: (path) => open('openAppend', path),
      link: (from, to) => change('link', to, () => disk.link(from, to)),
      rename: (from, to) => change('rename', to, () => disk.rename(from, to)),
      remove: (path) => change('remove', path, () => disk.remove(path)),
      syncDirectory: (path) => change('syncDirectory', path, () => disk.syncDirectory(path)),
      createFromStream: (path, content) => createFromChunks(wrapped, path, content),
    };
    return wrapped;
  }

  #wrapFile(file: DiskFile, path: string, read: <T>(action: string, path: string, run: () => T) => T): DiskFile {
    const { effect } = this.#plan.kind;
    let flushedBytes = file.sizeBytes;
    return {
      get sizeBytes() {
        return file.sizeBytes;
      },
      isInPlace: () => read('stat', path, () => file.isInPlace()),
      append: (bytes) => {
        const half = () => effect === 'short' && file.append(bytes.subarray(0, bytes.length >> 1));
        this.#call('append', path, () => file.append(bytes), half);
      },
      truncate: (sizeBytes) => {
        this.#call('truncate', path, () => file.truncate(sizeBytes));
        flushedBytes = Math.min(flushedBytes, sizeBytes);
      },
      sync: () => {
        this.#call(
          'sync',
          path,
          () => file.sync(),
          () => effect === 'lost' && loseAfter(file, flushedBytes),
        );
        flushedBytes = file.sizeBytes;
      },
      close: () => file.close(),
    };
  }

  /** Counts a call and carries it out, or does `instead` and fails. */
  #call<T>(action: string, path: string, run: () => T, instead: () => void = () => undefined): T {
    const { kind, at } = this.#plan;
    const fails = ++this.#calls === at || (kind.lasting && this.#calls > at);
    if (!fails) return run();
    this.#fired ??= `${action} '${path}'`;
    if (kind.effect === 'late' && !opens.includes(action)) run();
    instead();
    throw storageError(kind.errno, action, path);
  }
}

/** Wraps disks whose calls are counted, and none of them fails. */
export function noFault(counted: FaultPlan['counted']): Faults {
  return new Faults({ kind: faultKinds[0]!, at: 0, counted });
}

/**
 * Repeats `work` with one fault, at its first call (or at `first`), the next, and so on until there is no call left to
 * fail. Each repetition uses a new disk that it wraps with `faults.wrap`. Its errors are extended with the failed call and
 * the fault. Returns the number of faults.
 */
export async function forEachFault(
  kind: FaultKind,
  counted: FaultPlan['counted'],
  work: (faults: Faults) => void | Promise<void>,
  first = 1,
): Promise<number> {
  for (let at = first; at < roundsMax; at++) {
    const faults = new Faults({ kind, at, counted });
    try {
      await work(faults);
    } catch (cause) {
      throw new Error(`${kind.name} at call ${at} (${faults.fired ?? 'none failed'}): ${String(cause)}`, { cause });
    }
    if (faults.fired === undefined) return at - first;
  }
  throw new Error(`more than ${roundsMax} calls: the work does not end`);
}

/** Turns the unflushed bytes into NULs. */
function loseAfter(file: DiskFile, flushedBytes: number): void {
  const lost = file.sizeBytes - flushedBytes;
  file.truncate(flushedBytes);
  file.append(new Uint8Array(lost));
}
