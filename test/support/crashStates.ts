import { type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { joinPath } from '../../server/src/storage/diskPath.ts';
import { type ModelDirectory, type ModelFile, type ModelNode, applyNames } from './crashModel.ts';

/** Decides how much of something unsynced reached the medium: 0 (nothing) to `count` - 1 (all of it). */
export type Choose = (what: 'names' | 'data', count: number) => number;

/** State after a crash, with a line that says which unsynced changes were not kept completely. */
export interface CrashImage extends DiskImage {
  readonly label: string;
}

/**
 * Returns the disk after a crash for which `choose` decides about each directory and file with unsynced changes. Undefined
 * when the choices contradict each other: a rename between directories removed a name and added it nowhere.
 *
 * - For a directory, the first n changes of names reached the medium, for any n, independently of other directories. So
 *   a name can exist without its data, and data without its name.
 * - For a file, see `contentsAfterCrash`.
 */
export function crashImage(root: ModelDirectory, choose: Choose): CrashImage | undefined {
  const directories: string[] = [];
  const files: [string, Uint8Array][] = [];
  const notes: string[] = [];
  const kept = new Map<ModelDirectory, number>();
  const contents = new Map<ModelFile, Uint8Array>();

  const contentOf = (file: ModelFile, path: string): Uint8Array => {
    const earlier = contents.get(file);
    if (earlier !== undefined || file.unsynced.length === 0) return earlier ?? file.durable;
    const possible = contentsAfterCrash(file);
    const chosen = choose('data', possible.length);
    const { label, content } = at(possible, chosen);
    if (chosen < possible.length - 1) notes.push(`${path}: ${label}`);
    contents.set(file, content);
    return content;
  };
  const visit = (directory: ModelDirectory, path: string): void => {
    const count = kept.get(directory) ?? keep(directory, choose);
    kept.set(directory, count);
    if (count < directory.unsynced.length)
      notes.push(`${path}/: ${count} of ${directory.unsynced.length} name changes`);
    for (const [name, node] of entriesAfter(directory, count)) {
      const inside = joinPath(path, name);
      if (node.kind === 'file') files.push([inside, contentOf(node, inside)]);
      else directories.push(inside);
      if (node.kind === 'directory') visit(node, inside);
    }
  };
  visit(root, '');
  return isLegal(kept) ? { directories, files, label: notes.join('; ') || 'all kept' } : undefined;
}

/**
 * The contents that a crash can leave of a file, from no unsynced change to all of them: the content before and after
 * each unsynced append and truncation, parts of each append (its first byte, half, all but the last byte), and NULs if
 * the size was written before the data (the whole unsynced part, or either half of it).
 */
function contentsAfterCrash(file: ModelFile): { readonly label: string; readonly content: Uint8Array }[] {
  const last = at(file.unsynced, file.unsynced.length - 1);
  const possible = [{ label: 'nothing unsynced', content: file.durable }];
  const stableBytes = Math.min(file.durable.length, ...file.unsynced.map(({ length }) => length));
  const middle = Math.floor((stableBytes + last.length) / 2);
  if (stableBytes < last.length) {
    possible.push({ label: `NULs from ${stableBytes}`, content: withNuls(last, stableBytes, last.length) });
    if (stableBytes < middle) {
      possible.push({ label: `NULs from ${stableBytes} to ${middle}`, content: withNuls(last, stableBytes, middle) });
      possible.push({ label: `NULs from ${middle}`, content: withNuls(last, middle, last.length) });
    }
  }
  let before = file.durable.length;
  for (const content of file.unsynced) {
    const lengths = new Set([before + 1, Math.floor((before + content.length) / 2), content.length - 1]);
    for (const length of lengths) {
      if (length <= before || length >= content.length) continue;
      possible.push({ label: `first ${length} of ${content.length} bytes`, content: content.subarray(0, length) });
    }
    possible.push({ label: `${content.length} bytes`, content });
    before = content.length;
  }
  return possible;
}

function keep(directory: ModelDirectory, choose: Choose): number {
  return directory.unsynced.length === 0 ? 0 : choose('names', directory.unsynced.length + 1);
}

function entriesAfter(directory: ModelDirectory, count: number): Map<string, ModelNode> {
  const entries = new Map(directory.durable);
  for (const change of directory.unsynced.slice(0, count)) applyNames(entries, change);
  return entries;
}

function isLegal(kept: ReadonlyMap<ModelDirectory, number>): boolean {
  return [...kept].every(([directory, count]) =>
    directory.unsynced.slice(0, count).every(({ givenBy }) => {
      if (givenBy === undefined) return true;
      const given = kept.get(givenBy.directory);
      return given !== undefined && givenBy.directory.unsynced.indexOf(givenBy.change) < given;
    }),
  );
}

function withNuls(content: Uint8Array, start: number, end: number): Uint8Array {
  return content.slice().fill(0, start, end);
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`no item ${index} of ${list.length}`);
  return found;
}
