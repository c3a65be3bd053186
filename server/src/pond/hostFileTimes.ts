/** Times that Parquet files outside the store state in their footers: no row is read. */
import { basename, dirname } from 'node:path';
import { footerBytesOf, footerTailBytes, type ParquetFooter, readFooter, type TimeRange } from '../parquet/footer.ts';
export type { TimeRange } from '../parquet/footer.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type HostFile } from './hostFile.ts';
import { columnsKey, defaultTimeColumn } from './versionFacts.ts';

/** Returns the range of the column `Timestamp` over all files; undefined when the footer of any states none. */
export function timesOfFiles(openDisk: OpenDisk, files: readonly HostFile[]): TimeRange | undefined {
  let [minUs, maxUs] = [Infinity, -Infinity];
  for (const file of files) {
    const range = timesOf(openDisk, file);
    if (range === undefined) return undefined;
    minUs = Math.min(minUs, range.minUs);
    maxUs = Math.max(maxUs, range.maxUs);
  }
  return minUs <= maxUs ? { minUs, maxUs } : undefined;
}

/** True for a version of a series whose footer states the columns of all versions up to it: it has them all. */
export function hasAllColumns(openDisk: OpenDisk, version: HostFile): boolean {
  return footerOf(openDisk, version)?.text(columnsKey) !== undefined;
}

function timesOf(openDisk: OpenDisk, file: HostFile): TimeRange | undefined {
  return footerOf(openDisk, file)?.timeRange(defaultTimeColumn);
}

function footerOf(openDisk: OpenDisk, { hostPath, sizeBytes }: HostFile): ParquetFooter | undefined {
  if (sizeBytes < footerTailBytes) return undefined;
  const disk = openDisk(dirname(hostPath));
  const read = (start: number): Uint8Array | undefined => disk.readRange(basename(hostPath), start, sizeBytes);
  const tail = read(sizeBytes - footerTailBytes);
  const bytes = tail === undefined ? undefined : footerBytesOf(tail, sizeBytes);
  const footer = bytes === undefined ? undefined : read(sizeBytes - bytes);
  return footer === undefined ? undefined : readFooter(footer);
}
