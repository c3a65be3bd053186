import { type Disk } from '../storage/disk.ts';

/** Bytes of a file: the first one, and the one after the last. */
export interface PartRange {
  readonly from: number;
  readonly to: number;
}

/** Bytes in which the start of a line is sought. */
const lineBytesMax = 64 * 1024;

/** Sizes of the parts of a file. */
export interface PartSizes {
  /** Minimum size of a part, bytes. */
  readonly partBytesMin: number;
  /** Maximum number of parts. */
  readonly partsMax: number;
}

/**
 * Divides a file into parts of about the same size that begin with a line, in their order. Undefined for a small file,
 * and for one without an end of line where it would be divided.
 */
export function partsOf(
  disk: Disk,
  { name, sizeBytes }: { readonly name: string; readonly sizeBytes: number },
  { partBytesMin, partsMax }: PartSizes,
): readonly PartRange[] | undefined {
  const count = Math.min(Math.floor(sizeBytes / partBytesMin), partsMax);
  if (count < 2) return undefined;
  const starts = [0];
  for (let part = 1; part < count; part += 1) {
    const at = Math.floor((part * sizeBytes) / count);
    // The byte before may end a line.
    const bytes = disk.readRange(name, at - 1, at - 1 + lineBytesMax);
    const end = bytes?.indexOf(newline) ?? -1;
    if (end < 0 && at - 1 + lineBytesMax >= sizeBytes) break;
    if (end < 0) return undefined;
    if (at + end > starts.at(-1)! && at + end < sizeBytes) starts.push(at + end);
  }
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? sizeBytes }));
}

const newline = 0x0a;
