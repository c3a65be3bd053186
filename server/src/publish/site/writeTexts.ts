/**
 * Writes the texts of a site into a folder that may contain a user's own files.
 *
 * - A file next to them records the hash of each written text: only those are ever replaced, and only pages removed.
 *   Somebody else may have written the record, and known texts (a license) have known hashes.
 * - Customized files stay as the user changed them.
 */
import { sha256Of } from '../../base/sha256.ts';
import { fieldsOf, parseJson } from '../../base/json.ts';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { PondError } from '../../base/error.ts';
import { type Disk } from '../../storage/disk.ts';
import { replaceFile } from '../../storage/durable.ts';
import { isSpecialFile, linkBelow } from '../../storage/hostTree.ts';
import { placeFile, readRecord, requirePlace, writeChunks } from '../export/hostFiles.ts';
import { isExportPath } from '../export/manifest.ts';
import { removeWithFolders } from '../export/sweep.ts';
import { type SiteText } from './project.ts';

/** Name of that record, in the site's folder. */
const manifestName = '.pond-site.json';

const format = 1;

/** Result of writing the texts. */
interface WrittenTexts {
  readonly unchanged: number;
  readonly bytes: number;
}

/** Hashes of the written texts, by path. */
type Hashes = ReadonlyMap<string, string>;

/**
 * Writes the texts that changed, and removes earlier ones that are not among them. Fails `already-exists`, before
 * anything is written, for a foreign or manually modified file at one of the paths.
 */
export async function writeTexts(
  disk: Disk,
  directory: string,
  texts: readonly SiteText[],
  signal: AbortSignal | undefined,
): Promise<WrittenTexts> {
  const before = readHashes(disk);
  for (const { path } of texts) requirePlace(disk, directory, path);
  requireOurs(disk, before, texts);
  const after = new Map(before);
  let unchanged = 0;
  try {
    for (const { path, text, isTheirs } of texts) {
      throwIfCancelled(signal);
      const there = hashAt(disk, path);
      if (isTheirs && there !== undefined && there !== before.get(path)) {
        unchanged++;
        continue;
      }
      const changed = await placeFile(disk, directory, path, (temporary) =>
        writeChunks(disk, temporary, [Buffer.from(text)]),
      );
      after.set(path, sha256Of(text));
      if (!changed) unchanged++;
    }
    removeStale(disk, directory, after, new Set(texts.map(({ path }) => path)));
  } finally {
    writeHashes(disk, after);
  }
  return { unchanged, bytes: texts.reduce((sum, { path }) => sum + (disk.stat(path)?.sizeBytes ?? 0), 0) };
}

function requireOurs(disk: Disk, before: Hashes, texts: readonly SiteText[]): void {
  for (const { path, text, isTheirs } of texts) {
    const there = isTheirs ? undefined : hashAt(disk, path);
    if (there === undefined || there === before.get(path) || there === sha256Of(text)) continue;
    const host = disk.hostPath(path) ?? path;
    const what = before.has(path)
      ? 'was changed since a site of a pond wrote it'
      : 'is a file that no site of a pond wrote';
    throw new PondError('already-exists', `${host} ${what}`, {
      path: host,
      hint: 'Move it away, or make the site in another directory.',
    });
  }
}

/** Folder of the pages; a site removes nothing outside of it. */
const pagesFolder = 'src/';

/** Manually modified files stay, and belong to the user from then on. */
function removeStale(disk: Disk, directory: string, after: Map<string, string>, kept: ReadonlySet<string>): void {
  for (const [path, hash] of [...after]) {
    if (kept.has(path)) continue;
    after.delete(path);
    // Reading a pipe could wait forever.
    const isPlain = linkBelow(directory, path) === undefined && !isSpecialFile(directory, path);
    if (isPlain && path.startsWith(pagesFolder) && hashAt(disk, path) === hash) {
      removeWithFolders(disk, directory, path);
    }
  }
}

function readHashes(disk: Disk): Hashes {
  const bytes = readRecord(disk, manifestName);
  const manifest = bytes === undefined ? {} : fieldsOf(parseJson(bytes));
  if (manifest['format'] !== format) return new Map();
  const files = Object.entries(fieldsOf(manifest['files']));
  return new Map(
    files.flatMap(([path, hash]) => (isExportPath(path) && typeof hash === 'string' ? [[path, hash]] : [])),
  );
}

function writeHashes(disk: Disk, hashes: Hashes): void {
  const files = Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
  const bytes = Buffer.from(`${JSON.stringify({ format, files }, null, 1)}\n`);
  if (!bytes.equals(disk.readFile(manifestName) ?? new Uint8Array())) replaceFile(disk, manifestName, bytes);
}

function hashAt(disk: Disk, path: string): string | undefined {
  const bytes = disk.stat(path)?.kind === 'file' ? disk.readFile(path) : undefined;
  return bytes && sha256Of(bytes);
}
