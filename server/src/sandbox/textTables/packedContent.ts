import { basename, dirname } from 'node:path';
import { type OpenDisk } from '../../storage/disk.ts';
import { type SourceFile } from '../sources.ts';

/** A pack in memory. */
interface ReadPack {
  readonly openDisk: OpenDisk;
  readonly hostPath: string;
  readonly bytes: Uint8Array;
}

/** The pack that was read last: its files are read one after another. */
let latest: ReadPack | undefined;

/** The content of a file in a pack, which others keep as it is; shorter when the pack is. */
export function packedContent(
  openDisk: OpenDisk,
  { hostPath, sizeBytes }: Pick<SourceFile, 'hostPath' | 'sizeBytes'>,
  packedAt: number,
): Uint8Array {
  if (latest?.hostPath !== hostPath || latest.openDisk !== openDisk) {
    const bytes = openDisk(dirname(hostPath)).readFile(basename(hostPath)) ?? new Uint8Array();
    latest = { openDisk, hostPath, bytes };
  }
  return latest.bytes.subarray(packedAt, packedAt + sizeBytes);
}

/** Frees the memory of the pack that was read last. */
export function releasePack(): void {
  latest = undefined;
}
