/** The backup of a pond of 2025, as its Backup resource writes it. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrowParquet } from './arrowParquet.ts';
import { directoryColumns, type PocPond, type PocUpdate, pocTypes } from './pocPond.ts';
import { zstdFrame } from './zstdFrames.ts';

/** Content up to this size is in the batch. */
const inlineBytesMax = 65_536;

/**
 * Writes a backup of all commands of a pond, an hour apart: `UUID/POND`, `UUID/n`, `UUID/asset/HASH`. The targets of
 * links are not in it, as in backups of the last version.
 */
export function writePocBackup(pond: PocPond, folder: string, uuid: string): string {
  const directory = join(folder, uuid);
  mkdirSync(join(directory, 'asset'), { recursive: true });
  for (const [index, updates] of pond.batches.entries()) {
    const rows = updates.map((update) => ({ ...update, contents: contentsOf(update) }));
    const path = join(directory, String(index + 1));
    writeFileSync(path, zstdFrame(arrowParquet(directoryColumns, rows)));
    const timeSeconds = 1_735_689_600 + 3600 * index;
    utimesSync(path, timeSeconds, timeSeconds);
    for (const { bytes, sha256 } of updates.filter((update) => contentsOf(update) === null)) {
      writeFileSync(join(directory, 'asset', Buffer.from(sha256).toString('hex')), zstdFrame(bytes));
    }
  }
  const last = BigInt(pond.batches.length);
  writeFileSync(join(directory, 'POND'), arrowParquet({ last: 'uint64' }, [{ last }]));
  return directory;
}

function contentsOf({ ftype, bytes }: PocUpdate): Uint8Array | null {
  if (ftype === pocTypes.symlink.code) return new Uint8Array();
  return bytes.length <= inlineBytesMax ? bytes : null;
}
