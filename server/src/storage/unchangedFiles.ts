/**
 * A second look at host files after another program has read them. Their content is compared with its hash before; a
 * program that opens them by their paths later could still be given others.
 */
import { isPondError, PondError } from '../base/error.ts';
import { contentProblem, type SoundFile, soundFile } from './contentCheck.ts';
import { fileState } from './fileState.ts';
import { readHostStream } from './hostStream.ts';

/** A host file that is read, with its name for messages. */
export interface ReadFile {
  readonly hostPath: string;
  /** By default the host path. */
  readonly pondPath?: string;
}

/** The files of a read, in the states in which their contents were compared. */
export class UnchangedFiles {
  readonly #files: readonly (SoundFile & { readonly name: string })[];

  /** Files whose content was not compared, such as those of the user's cache folder, are left out. */
  constructor(files: Iterable<ReadFile>) {
    const found = new Map<string, SoundFile & { readonly name: string }>();
    for (const { hostPath, pondPath } of files) {
      const sound = found.has(hostPath) ? undefined : soundFile(hostPath);
      if (sound !== undefined) found.set(hostPath, { ...sound, name: pondPath ?? hostPath });
    }
    this.#files = [...found.values()];
  }

  /**
   * Passes when each file is the same, with the same content, as it was when it was compared. Fails `content-changed`
   * with the first that is not.
   */
  async requireUnchanged(): Promise<void> {
    for (const file of this.#files) {
      if (await isUnchanged(file)) continue;
      throw new PondError('content-changed', `the content of ${file.name} was changed while it was read`, {
        path: file.name,
        hint: 'Repeat it. If it fails again, find the program that changes files in the folder of the pond.',
      });
    }
  }
}

/** A file that was written shortly before it was compared is read again: its state may hide a later change. */
async function isUnchanged({ hostPath, content, state, isSettled }: SoundFile): Promise<boolean> {
  const now = fileState(hostPath);
  if (typeof now === 'string' || now.key !== state) return false;
  return isSettled || (await contentProblem(hostPath, content)) === undefined;
}

/** True for a failed read of host files that may succeed when its files are found and compared again. */
export function isPassingFailure(error: unknown): boolean {
  return isPondError(error, 'storage-failed') || isPondError(error, 'content-changed');
}

/**
 * Returns the result of work that reads host files. Fails `content-changed` when one was changed or replaced after its
 * content was compared, also where the work failed; otherwise as the work.
 */
export async function whileUnchanged<T>(files: Iterable<ReadFile>, work: () => Promise<T>): Promise<T> {
  const read = new UnchangedFiles(files);
  const result = await work().catch(async (error: unknown) => {
    if (!isPondError(error, 'cancelled')) await read.requireUnchanged();
    throw error;
  });
  await read.requireUnchanged();
  return result;
}

/** Yields a stream of a host file. Fails `content-changed` at its end, as whileUnchanged. */
export async function* unchangedStream(
  hostPath: string,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const read = new UnchangedFiles([{ hostPath }]);
  yield* stream;
  await read.requireUnchanged();
}

/** Yields a host file, whose content was compared before, in chunks. Fails as unchangedStream. */
export function readUnchanged(hostPath: string): AsyncGenerator<Uint8Array> {
  return unchangedStream(hostPath, readHostStream(hostPath, 0, Infinity));
}
