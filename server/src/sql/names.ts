import { positionAt } from '../sandbox/analysis.ts';
import { type ErrorDetails, isPondError, PondError } from '../base/error.ts';
import { didYouMean } from '../base/suggest.ts';
import { splitSheet } from '../documents/sheetPath.ts';
import { formatAt } from '../documents/statedFormat.ts';
import { type Pond } from '../pond/types.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { hasWildcard } from '../tinyfs/glob.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { basename, dirname } from '../tinyfs/path.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type PondReader, type TableReference } from '../sandbox/pondNames.ts';
import { type TextFormat } from '../sandbox/textFormat.ts';
import { type QueryRequest } from '../sandbox/types.ts';
import { type DeltaFolder, readDeltaFolder } from './deltaFolder.ts';
import { queryableExtensions, type Reading, readingAs, readingOf } from '../sandbox/formats.ts';
import { treeAt } from '../pond/treeAt.ts';

/** A file of the pond that a table's name refers to. */
export interface ResolvedFile {
  readonly node: Node;
  /** Absolute pond path, with the version if the name has one. */
  readonly pondPath: string;
  /** The tree that it was found in. */
  readonly tree: FileSystem;
  readonly reading: Reading;
  /** The format stated for it, in the same version or by a reader function; undefined when none is stated. */
  readonly format: TextFormat | undefined;
}

export interface ResolvedTable {
  readonly reference: TableReference;
  /** Empty for a Delta table. */
  readonly files: readonly ResolvedFile[];
  /** The Delta table in the directory that the name refers to. */
  readonly delta?: DeltaFolder;
}

/** Pond and version in which the tables of a query are looked up. */
interface NameScope {
  readonly pond: Pond;
  readonly sql: string;
  /** The version for names without one; the working tree when undefined. */
  readonly at: string | undefined;
  /** Formats stated for tables by their names, in addition to those of their files. */
  readonly formats: QueryRequest['formats'];
}

/**
 * Finds the files that a table's name refers to: one path, or all files that a pattern matches, each once; broken links
 * are skipped. The path of a directory with a `_delta_log` refers to the Delta table in it. A version may follow the
 * last '@', and the name of a sheet the '#' after a workbook. A file with the whole name takes precedence, so that
 * "a@1.csv" and "x[1].csv" can be read.
 *
 * Undefined when no file exists and the reference is not certain. Fails `not-found`, `is-a-directory`,
 * `version-not-found`, and `query-invalid` for a file that is not a table; all with the position of the name.
 */
export async function resolveTable(scope: NameScope, reference: TableReference): Promise<ResolvedTable | undefined> {
  const details = positionAt(scope.sql, reference.index);
  try {
    if (reference.reader !== undefined) return { reference, files: await filesOf(scope, reference.reader, details) };
    const found = await find(scope, reference.name);
    if (found !== undefined) {
      const delta = await deltaIn(found[0]);
      if (delta !== undefined) return { reference, files: [], delta };
      const given = scope.formats?.get(reference.name);
      return { reference, files: found.map((file) => withReading(file, given, details)) };
    }
    if (!reference.certain) return undefined;
    throw await notFound(scope, reference.name);
  } catch (error) {
    throw isPondError(error) && error.position === undefined ? error.with({ cause: error.cause, ...details }) : error;
  }
}

/** Finds the files of a name as it is, else those before a sheet's name, else those before a version. */
async function find(scope: NameScope, name: string): Promise<readonly FoundFile[] | undefined> {
  const found = await findAsIs(scope, name);
  if (found !== undefined) return found;
  const { path, sheet } = splitSheet(name);
  if (sheet === undefined) return findAtVersion(scope, name);
  return (await findNamed(scope, path))?.map((file) => ({ ...file, sheet }));
}

interface FoundFile {
  readonly tree: FileSystem;
  readonly root: WorkingDirectory;
  readonly at: NodePath;
  readonly suffix: string;
  readonly sheet?: string;
}

/** The files that a reader function opens, in the order of its paths. */
async function filesOf(scope: NameScope, reader: PondReader, details: ErrorDetails): Promise<readonly ResolvedFile[]> {
  const files: ResolvedFile[] = [];
  for (const path of reader.paths) {
    const found = await findNamed(scope, path);
    if (found === undefined) throw await notFound(scope, path);
    const given = scope.formats?.get(path);
    files.push(...found.map((file) => readBy(reader, file, given, details)));
  }
  return files;
}

async function findNamed(scope: NameScope, name: string): Promise<readonly FoundFile[] | undefined> {
  return (await findAsIs(scope, name)) ?? (await findAtVersion(scope, name));
}

async function findAsIs(scope: NameScope, name: string): Promise<readonly FoundFile[] | undefined> {
  return findIn(await treeAt(scope.pond, scope.at), name, '');
}

async function findAtVersion(scope: NameScope, name: string): Promise<readonly FoundFile[] | undefined> {
  const split = splitVersion(name);
  if (split === undefined) return undefined;
  return findIn(await treeAt(scope.pond, split.version), split.path, `@${split.version}`);
}

/** Splits a name at its last '@'; undefined when none follows the last component's first character. */
export function splitVersion(name: string): { readonly path: string; readonly version: string } | undefined {
  const at = name.lastIndexOf('@');
  if (at < 1 || name.includes('/', at)) return undefined;
  return { path: name.slice(0, at), version: name.slice(at + 1) };
}

async function findIn(tree: FileSystem, path: string, suffix: string): Promise<readonly FoundFile[] | undefined> {
  const root = await tree.root();
  const exact = await root.get(path);
  if (exact !== undefined) return [{ tree, root, at: exact, suffix }];
  if (!hasWildcard(path)) return undefined;
  const top = rootPath(await tree.backend.root());
  const files = new Map<string, FoundFile>();
  for await (const { node } of root.visit(path)) {
    const target = node.node.type === 'symlink' ? await followIfPossible(tree.backend, top, node) : node;
    // Keyed by the target's path: several paths may lead to it, such as a link, or a resource's name and its UUID.
    if (target !== undefined && !target.isDirectory) files.set(target.path, { tree, root, at: target, suffix });
  }
  return files.size === 0 ? undefined : [...files.values()];
}

/** The Delta table in a directory; undefined for a file, and for a directory without one. */
async function deltaIn(found: FoundFile | undefined): Promise<DeltaFolder | undefined> {
  if (found?.at.isDirectory !== true) return undefined;
  return await readDeltaFolder(await found.root.openDirectory(found.at.path));
}

/** A file as a reader function reads it: what the call states comes before what is stated about the file. */
function readBy(
  reader: PondReader,
  { tree, at, suffix }: FoundFile,
  given: TextFormat | undefined,
  details: ErrorDetails,
): ResolvedFile {
  const pondPath = at.path + suffix;
  if (at.isDirectory) throw isDirectory(at.path, pondPath, details);
  if (at.node.type !== 'file' && reader.as !== 'parquet') {
    const hint = 'Read it with read_parquet, or by its path alone.';
    throw new PondError('query-invalid', `${pondPath} is a ${at.node.type}`, { ...details, path: pondPath, hint });
  }
  const reading = readingAs(reader.as, at.basename);
  const stated = statedFor(at, given);
  return {
    ...{ node: at.node, pondPath, tree },
    reading: { ...reading, ...(reader.compression && { compression: reader.compression }) },
    format: stated === undefined && reader.format === undefined ? undefined : { ...stated, ...reader.format },
  };
}

function isDirectory(path: string, pondPath: string, details: ErrorDetails): PondError {
  const hint = `Name the files in it, such as "${path === '/' ? '' : path}/*.csv".`;
  return new PondError('is-a-directory', `${pondPath} is a directory`, { ...details, path: pondPath, hint });
}

/** The format of a file: what is given for its table comes before what is stated for the file. */
function statedFor(at: NodePath, given: TextFormat | undefined): TextFormat | undefined {
  const stated = at.node.type === 'file' ? formatAt(at) : undefined;
  if (given === undefined || at.node.type !== 'file') return stated;
  const types = { ...stated?.types, ...given.types };
  return { ...stated, ...given, ...(Object.keys(types).length > 0 && { types }) };
}

function withReading(
  { tree, at, suffix, sheet }: FoundFile,
  given: TextFormat | undefined,
  details: ErrorDetails,
): ResolvedFile {
  const pondPath = at.path + suffix + (sheet === undefined ? '' : `#${sheet}`);
  if (at.isDirectory) throw isDirectory(at.path, pondPath, details);
  const format = statedFor(at, given);
  const reading = readingOf(at.node.type, at.basename, format !== undefined);
  if (sheet !== undefined && reading?.converted !== 'xlsx') {
    const message = `${pondPath} names a sheet, and ${at.path} is not an Excel workbook`;
    throw new PondError('query-invalid', message, { ...details, path: pondPath, hint: 'Write the path without "#".' });
  }
  if (reading === undefined) {
    const hint = `Tables, series and files of these kinds can be queried: ${queryableExtensions}. Any other text file is read as CSV when a format is stated for it; 'pond describe ${at.path}' suggests one.`;
    throw new PondError('query-invalid', `${pondPath} is not a table`, { ...details, path: pondPath, hint });
  }
  return { node: at.node, pondPath, tree, reading: sheet === undefined ? reading : { ...reading, sheet }, format };
}

async function notFound(scope: NameScope, fullName: string): Promise<PondError> {
  const name = splitSheet(fullName).path;
  const path = splitVersion(name)?.path ?? name;
  const when = splitVersion(name)?.version ?? scope.at;
  const what = hasWildcard(path) ? `no file matches ${path}` : `no file is at ${path}`;
  const hint = await nearName(await (await treeAt(scope.pond, when)).root(), path);
  return new PondError('not-found', when === undefined ? what : `${what} in version ${when}`, {
    path,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A hint with a path similar to the missing one; undefined without any. */
async function nearName(root: WorkingDirectory, path: string): Promise<string | undefined> {
  const directory = dirname(path);
  if (hasWildcard(path)) return undefined;
  const found = await root.get(directory);
  if (found?.isDirectory !== true) return directory === '/' ? undefined : nearName(root, directory);
  const names = (await root.list(directory)).map((entry) => entry.basename);
  return didYouMean(basename(path), names, directory === '/' ? '/' : `${directory}/`);
}
