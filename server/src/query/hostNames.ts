import { PondError } from '../base/error.ts';
import { type EngineError, engineToPondError, readEngineError, queryError } from '../duckdb/engineError.ts';
import { textPosition } from '../duckdb/textPosition.ts';
import { type SandboxSpec, type ViewSpec } from './sources.ts';

type NamedFile = SandboxSpec['files'][number];

/** A text with host paths replaced by pond paths, and the first pond path put in; undefined when there was none. */
export function renameHostPaths(text: string, files: readonly NamedFile[]): { text: string; path: string | undefined } {
  let renamed = text;
  let path: string | undefined;
  for (const file of files) {
    if (!renamed.includes(file.hostPath)) continue;
    renamed = renamed.replaceAll(file.hostPath, file.pondPath);
    path ??= file.pondPath;
  }
  return { text: renamed, path };
}

/** The error of a query that failed while it was bound or ran. One that blames a file is `invalid-content` of that file. */
export function runError(error: unknown, sql: string, files: readonly NamedFile[]): PondError {
  const engine = readEngineError(error);
  if (engine === undefined) return queryError(error, sql);
  const missing = engine.missing;
  if (missing?.kind === 'Table' && missing.name.startsWith('/')) {
    return withMessage(engine, 'not-found', `no file is at ${missing.name}`, { sql, path: missing.name });
  }
  const { text, path } = renameHostPaths(engine.message, files);
  if (path === undefined || engine.type === 'permission') return engineToPondError({ ...engine, message: text }, sql);
  return withMessage(engine, 'invalid-content', shorten(text), { sql, path });
}

/** The error of a view that could not be made: its files are not what their names or types promise. */
export function viewError(error: unknown, view: ViewSpec, sql: string, files: readonly NamedFile[]): PondError {
  const engine = readEngineError(error);
  if (engine === undefined || engine.type === 'interrupt' || engine.type === 'out of memory')
    return queryError(error, sql);
  const { text, path } = renameHostPaths(engine.message, files);
  const blamed = path ?? view.path;
  return new PondError('invalid-content', `${blamed ?? 'the history'} cannot be read: ${shorten(text)}`, {
    ...(blamed === undefined ? {} : { path: blamed }),
    ...(view.index === undefined ? {} : { position: textPosition(sql.slice(0, view.index), Infinity, 'byte') }),
  });
}

function withMessage(
  { offset, unit }: EngineError,
  code: 'not-found' | 'invalid-content',
  message: string,
  { sql, path }: { readonly sql: string; readonly path: string },
): PondError {
  const position = offset === undefined ? {} : { position: textPosition(sql, offset, unit) };
  return new PondError(code, message, { path, ...position });
}

/** DuckDB's CSV errors list every setting of the reader, and how to change it in a call that the user did not write. */
function shorten(message: string): string {
  return message.split(/\n(?:Possible (?:fixes|solutions)|\s+file = |The search space|\s*Use )/)[0]?.trim() ?? message;
}
