import { createLineMap } from '../base/lineMap.ts';
import { offsetPosition } from '../duckdb/sqlOffset.ts';
import { type ErrorCode, isPondError, PondError } from '../base/error.ts';
import { type EngineError, engineToPondError, isDiskFull, readEngineError, queryError } from '../duckdb/engineError.ts';
import { fileMessage } from './fileMessage.ts';
import { type SandboxSpec, type SourceView } from './sources.ts';
import { tokenize } from '../base/sqlTokens.ts';

type NamedFile = SandboxSpec['files'][number];

/** A text with host paths replaced by pond paths, and the first pond path inserted; undefined without any. */
export function redactHostPaths(text: string, files: readonly NamedFile[]): { text: string; path: string | undefined } {
  let renamed = text;
  let path: string | undefined;
  for (const file of files) {
    if (!renamed.includes(file.hostPath)) continue;
    renamed = renamed.replaceAll(file.hostPath, file.pondPath);
    path ??= file.pondPath;
  }
  return { text: renamed, path };
}

/**
 * The error of a query that failed while binding or running. An error about a file's content is `invalid-content` of
 * that file, one about the disk `storage-failed`.
 */
export function runError(error: unknown, sql: string, files: readonly NamedFile[]): PondError {
  const engine = readEngineError(error);
  if (engine === undefined) return queryError(error, sql);
  const missing = engine.missing;
  if (missing?.kind === 'Table' && missing.name.startsWith('/')) {
    return withMessage(engine, 'not-found', `no file is at ${missing.name}`, { sql, path: missing.name });
  }
  const { text, path } = redactHostPaths(engine.message, files);
  if (engine.type === 'permission') return deniedError({ ...engine, message: text }, sql);
  if (path === undefined || isDiskFull(engine))
    return withTextHint(engineToPondError({ ...engine, message: text }, sql), files);
  const explained = fileMessage(text);
  const named = explained.text.includes(path) ? explained.text : `${path} cannot be read: ${explained.text}`;
  return withMessage(engine, unreadCode(engine), named, { sql, path, hint: explained.advice });
}

/** True for an error of text in place of numbers or times. */
export const isOfText = ({ message }: PondError): boolean =>
  /^(?:No function matches|Cannot compare values of type)[^\n]*\bVARCHAR\b/.test(message);

/**
 * Adds where the cause is described, for a column that is text in place of numbers or times, instead of functions of all
 * other types.
 */
function withTextHint(error: PondError, [file]: readonly NamedFile[]): PondError {
  const { code, message, position, hint } = error;
  if (!isOfText(error) || hint !== undefined || file === undefined) return error;
  return new PondError(code, message.replace(/ You might need to add explicit type casts\.\n[^]*$/, ''), {
    ...(position && { position }),
    hint: `A column is VARCHAR when one of its values is neither a number nor a time: 'pond describe ${file.pondPath}' names one.`,
  });
}

/** DuckDB names the inaccessible file, but not its position in the query. */
function deniedError(engine: EngineError, sql: string): PondError {
  const error = engineToPondError(engine, sql);
  const name = /^Cannot access \w+ "([^]*)" - /.exec(engine.message)?.[1];
  const token = tokenize(sql).find(({ kind, text }) => (kind === 'string' || kind === 'identifier') && text === name);
  if (error.position !== undefined || token === undefined) return error;
  const position = createLineMap(sql).positionAt(token.start);
  return new PondError(error.code, error.message, { position, ...(error.hint && { hint: error.hint }) });
}

/** The error of a view that could not be created: its files do not match their names or types. */
export function viewError(
  error: unknown,
  view: Pick<SourceView, 'index' | 'path'>,
  sql: string,
  files: readonly NamedFile[],
): PondError {
  const position = view.index === undefined ? {} : { position: createLineMap(sql).positionAt(view.index) };
  if (isPondError(error, 'invalid-content') || isPondError(error, 'ambiguous-dates')) {
    const { code, message, path, hint, formats } = error;
    const details = { ...(path && { path }), ...(hint && { hint }), ...(formats && { formats }) };
    return new PondError(code, message, { ...details, ...position });
  }
  const engine = readEngineError(error);
  if (engine === undefined || engine.type === 'interrupt' || engine.type === 'out of memory')
    return queryError(error, sql);
  const { text, path } = redactHostPaths(engine.message, files);
  const filePath = path ?? view.path;
  const explained = fileMessage(text);
  return new PondError(unreadCode(engine), `${filePath ?? 'the history'} cannot be read: ${explained.text}`, {
    ...(filePath === undefined ? {} : { path: filePath }),
    ...(explained.advice === undefined ? {} : { hint: `${readerAdvice} ${explained.advice}` }),
    ...position,
  });
}

/**
 * The error of generated SQL, without a position. An error about the content of one of its files is `invalid-content`,
 * and omits the file's host path: the caller knows the file's name for users. `files` are host paths, each with the
 * path under which the database knows it.
 */
export function ownError(error: unknown, files: readonly (readonly [hostPath: string, ownPath: string])[]): PondError {
  const { code, message: ownMessage, path, hint, cause } = queryError(error, '');
  const details = { ...(path === undefined ? {} : { path }), ...(hint === undefined ? {} : { hint }), cause };
  const engine = readEngineError(error);
  let [message, text] = [ownMessage, ownMessage];
  for (const [hostPath, ownPath] of files) {
    message = message.replaceAll(ownPath, hostPath);
    text = text.replaceAll(` '${ownPath}'`, '').replaceAll(` "${ownPath}"`, '');
  }
  const isOfFile = engine !== undefined && files.some(([, ownPath]) => ownMessage.includes(ownPath));
  if (!isOfFile || code === 'cancelled' || code === 'storage-full') return new PondError(code, message, details);
  if (isOfDisk(engine)) return new PondError('storage-failed', message, details);
  return new PondError('invalid-content', fileMessage(text).text, details);
}

function unreadCode(engine: EngineError): 'invalid-content' | 'storage-failed' {
  return isOfDisk(engine) ? 'storage-failed' : 'invalid-content';
}

/**
 * True for a file that cannot be opened, read or written, regardless of its content. For a missing file, DuckDB looks
 * for a directory of that name, which a locked database may not open.
 */
function isOfDisk({ type, message }: EngineError): boolean {
  if (type === 'permission') return /^Cannot access \w+ "[^]*\/\*\*\/\*\.\w+" - /.test(message);
  return type === 'io' && /^(?:No files found|Cannot open file|Could not )/.test(message);
}

/** Tables have no options. */
const readerAdvice = "The query of a Derive resource can read it with options, read_csv('$1', …):";

function withMessage(
  { offset, unit }: EngineError,
  code: ErrorCode,
  message: string,
  { sql, path, hint }: { readonly sql: string; readonly path: string; readonly hint?: string | undefined },
): PondError {
  const position = offset === undefined ? {} : { position: offsetPosition(sql, offset, unit) };
  return new PondError(code, message, { path, ...position, ...(hint === undefined ? {} : { hint }) });
}
