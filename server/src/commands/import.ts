import { extname, isAbsolute, join, relative } from 'node:path';
import { PondError } from '../base/error.ts';
import { type HostEntry, type HostSkipped, hostContent, realHostPath, walkHost } from '../storage/hostTree.ts';
import { basename, dirname, joinPath } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { observed } from '../remote/content.ts';
import { byteProgress } from '../base/byteProgress.ts';
import { contentHash } from './contentHash.ts';
import { type Command, type CommandContext } from './verb.ts';
import { isInside } from './hostPaths.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';
import { skippedInfo } from './skipped.ts';
import { typedEntry, TypedFiles } from './importTyped.ts';

type YieldToEventLoop = () => Promise<void>;

/**
 * Stages copies of host files, and of folders with all their content, in a pond directory, which is created when
 * missing; one file becomes the file at `path` where that has its extension and is not a directory. All or nothing:
 * after a failure or a cancellation none of it is staged. A file that already has the content is left alone. Files that
 * a pond cannot hold are skipped, as is this pond itself, and named in the result. Fails `not-found` for a source,
 * `invalid-path` for one in this pond's folder, `already-exists` when two files would have the same name or a file and
 * a directory collide. With `as`, each file is read as rows, and becomes a series or table without the extension in its
 * name. Fails `content-changed` for a large file that is written to otherwise than at its end.
 */
export const importFiles: Command<'import'> = async (opened, params, context) => {
  const { pond, sources, as, time } = params;
  const root = await opened.fs.root();
  const yieldToEventLoop = createYield(context.signal);
  const collected = await collect(sources, pond, yieldToEventLoop, as && typedEntry);
  const { skipped } = collected;
  const { path, entries } = await placed(root, params.path, collected.entries);
  const report = importProgress(entries, context);
  const counts = { files: 0, directories: 0, bytes: 0, unchanged: 0 };
  const typed = as && new TypedFiles(opened, root, { as, time }, context);
  try {
    const ready = new Map<HostEntry, () => Promise<number | undefined>>();
    for (const entry of entries) {
      if (typed === undefined || entry.kind === 'directory') continue;
      const { write } = await typed.read(entry.hostPath, joinPath(path, entry.relativePath));
      ready.set(entry, async () => (write === undefined ? undefined : (await write()).sizeBytes));
    }
    await root.backend.batch(async () => {
      await root.createDirectory(path, { parents: true });
      for (const entry of entries) {
        await yieldToEventLoop();
        const target = joinPath(path, entry.relativePath);
        if (entry.kind === 'directory') {
          await root.createDirectory(target, { parents: true });
          counts.directories++;
          continue;
        }
        const stage =
          ready.get(entry) ?? (() => stageFile(root, target, entry, { yieldToEventLoop, onBytes: report.read }));
        const bytes = await stage();
        if (bytes === undefined) counts.unchanged++;
        else counts.bytes += bytes;
        counts.files++;
        report.imported(entry);
      }
    });
    return { ...counts, ...skippedInfo(skipped) };
  } finally {
    typed?.close();
  }
};

/** Reports bytes that were read of a file, or a whole file. */
interface ImportProgress {
  readonly read: (bytes: number) => void;
  readonly imported: (entry: HostEntry) => void;
}

/** Bytes of one file after which they are reported. */
const reportedBytes = 4 * 1024 * 1024;

/** Returns the progress of an import in bytes of all files. */
function importProgress(entries: readonly HostEntry[], { progress }: Pick<CommandContext, 'progress'>): ImportProgress {
  const files = entries.filter(({ kind }) => kind === 'file');
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const report = byteProgress(progress);
  let [whole, part, reported, count] = [0, 0, 0, 0];
  const say = (done: number): void => report('importing', done, total, ` ${count} of ${files.length} files`);
  return {
    read: (bytes) => {
      part += bytes;
      if (part - reported < reportedBytes) return;
      reported = part;
      say(Math.min(total, whole + part));
    },
    imported: ({ sizeBytes }) => {
      [whole, part, reported, count] = [whole + sizeBytes, 0, 0, count + 1];
      say(whole);
    },
  };
}

interface Collected {
  readonly entries: readonly HostEntry[];
  readonly skipped: readonly HostSkipped[];
}

async function collect(
  sources: readonly string[],
  pond: string,
  yieldToEventLoop: YieldToEventLoop,
  named: (entry: HostEntry) => HostEntry | HostSkipped = (entry) => entry,
): Promise<Collected> {
  const entries: HostEntry[] = [];
  const skipped: HostSkipped[] = [];
  const files = new Map<string, string>();
  for (const source of sources) {
    requireOther(pond, source);
    for (const found of walkHost(source, ownFolder(pond, source))) {
      await yieldToEventLoop();
      const entry = found.kind === 'skipped' ? found : named(found);
      if (entry.kind === 'skipped') skipped.push(entry);
      else entries.push(entry);
      if (entry.kind !== 'file') continue;
      const other = files.get(entry.relativePath) ?? entry.hostPath;
      if (other !== entry.hostPath) throw sameName(other, entry);
      files.set(entry.relativePath, entry.hostPath);
    }
  }
  return { entries, skipped };
}

/**
 * The directory that the entries go to, and the entries: `import a.csv /b.csv` names the file, as `cp` does, and not a
 * directory for it.
 */
async function placed(
  root: WorkingDirectory,
  path: string,
  entries: readonly HostEntry[],
): Promise<{ readonly path: string; readonly entries: readonly HostEntry[] }> {
  const [only, ...others] = entries;
  if (only?.kind !== 'file' || others.length > 0) return { path, entries };
  const extension = extname(only.relativePath).toLowerCase();
  const isFile = extension !== '' && extname(path).toLowerCase() === extension;
  if (!isFile || (await root.get(path))?.isDirectory === true) return { path, entries };
  return { path: dirname(path), entries: [{ ...only, relativePath: basename(path) }] };
}

/** Fails `invalid-path` for files of the pond itself. */
function requireOther(pond: string, source: string): void {
  if (!isInside(pond, source)) return;
  throw new PondError('invalid-path', `${source} belongs to this pond`, {
    path: source,
    hint: "Import from another folder; 'pond cp' copies within the pond.",
  });
}

/**
 * The pond's folder as met by a walk from `source`, skipped because it would copy itself; undefined when it is not
 * below `source`.
 */
function ownFolder(pond: string, source: string): HostSkipped | undefined {
  const below = relative(realHostPath(source), realHostPath(pond));
  if (below.startsWith('..') || isAbsolute(below)) return undefined;
  return { kind: 'skipped', path: join(source, below), reason: 'it is this pond' };
}

function sameName(other: string, { hostPath, relativePath }: HostEntry): PondError {
  const message = `${other} and ${hostPath} would both be imported as ${relativePath}`;
  return new PondError('already-exists', message, { path: hostPath, hint: 'Import them into different directories.' });
}

/** Returns the number of bytes that were staged; undefined when the content is already present. */
async function stageFile(
  root: WorkingDirectory,
  target: string,
  entry: HostEntry,
  {
    yieldToEventLoop,
    onBytes,
  }: { readonly yieldToEventLoop: YieldToEventLoop; readonly onBytes: (bytes: number) => void },
): Promise<number | undefined> {
  const content = (): Uint8Array | AsyncIterable<Uint8Array> => {
    const read = hostContent(entry);
    return read instanceof Uint8Array ? read : yielding(read, yieldToEventLoop);
  };
  const before = await root.get(target);
  // Only a file of the same size can be equal: others need not be read twice.
  if (before?.node.sizeBytes === entry.sizeBytes && !before.isDirectory) {
    if ((await contentHash(content())) === before.node.sha256) return undefined;
  }
  const whole = content();
  if (whole instanceof Uint8Array) {
    await root.writeFile(target, whole);
    return whole.length;
  }
  // The file may have grown since it was listed.
  let sizeBytes = 0;
  const count = (bytes: number): void => {
    sizeBytes += bytes;
    onBytes(bytes);
  };
  await root.writeFile(target, observed(whole, { onBytes: count }));
  return sizeBytes;
}
