import { lstatSync } from 'node:fs';
import { errnoOf, raise } from './storageError.ts';

/** State of a regular host file. */
interface FileState {
  /** Equal for the same file as long as no process writes to it. */
  readonly key: string;
  readonly sizeBytes: number;
  /**
   * False for a file that changed so recently that another change could have the same time, and so leave the key as it
   * is.
   */
  readonly isSettled: boolean;
  /** Time of the last write, nanoseconds since 1970. */
  readonly writtenNs: bigint;
  /** False for a last write so recent that another one could have the same time. */
  readonly isWriteSettled: boolean;
}

/** Steps in which file systems count times, nanoseconds, with a margin: those of Linux follow a clock of 4 to 10 ms. */
const fineStepNs = 50_000_000n;
/** That of FAT, whose times have no fraction of a second. */
const coarseStepNs = 2_000_000_000n;

/** Returns the state of a regular file, or the problem of anything else, as the end of a sentence. */
export function fileState(hostPath: string): FileState | string {
  try {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const stats = lstatSync(hostPath, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return 'it is missing';
    if (!stats.isFile()) return 'it is not a regular file';
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    const isSettledAt = (timeNs: bigint): boolean =>
      nowNs - timeNs > (timeNs % 1_000_000_000n === 0n ? coarseStepNs : fineStepNs);
    return {
      key: [dev, ino, size, mtimeNs, ctimeNs].join(':'),
      sizeBytes: Number(size),
      isSettled: isSettledAt(ctimeNs),
      writtenNs: mtimeNs,
      isWriteSettled: isSettledAt(mtimeNs),
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return 'it is missing';
    return raise(error, 'stat', hostPath);
  }
}
