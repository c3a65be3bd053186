/** The verbs that take a path, and how each is tried: a new one does not compile without a row. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPondError } from '../../server/src/base/error.ts';
import { type CommandName, type Params } from '../../server/src/protocol/commands.ts';
import { type PondHost, textFile } from './commandHost.ts';

/** Verbs with a pond path, or several, in their params. */
export type PathVerb = {
  [N in CommandName]: [Extract<keyof Params<N>, 'path' | 'paths' | 'from'>] extends [never] ? never : N;
}[CommandName];

interface Row {
  /** Whether a link at the end of the path means what it leads to. */
  readonly last: 'followed' | 'itself';
  /** What the path has to be for the verb. */
  readonly takes: 'any' | 'file' | 'directory';
  /** Runs the verb. Returns the part of its answer that does not repeat the path. */
  readonly run: (host: PondHost, path: string) => Promise<unknown>;
}

const contents = (nodes: readonly { readonly sha256: string }[]): readonly string[] => nodes.map((node) => node.sha256);

/** The content of a table, as edits name it, and its first column. */
async function editable(host: PondHost, path: string): Promise<{ readonly base: string; readonly column: string }> {
  const { editing, columns } = await host.run('openTable', { table: { path } });
  assert.ok(editing !== undefined && 'base' in editing);
  return { base: editing.base, column: columns[0]?.name ?? '' };
}

/** The code of a failure; `none` for success. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );
}

/** How each of them is tried. */
export const pathVerbs: { readonly [N in PathVerb]: Row } = {
  stat: { last: 'itself', takes: 'any', run: async (host, path) => contents([await host.run('stat', { path })]) },
  list: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => contents(await host.run('list', { path, recursive: true })),
  },
  find: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => contents(await host.run('find', { path })),
  },
  grep: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => (await host.run('grep', { text: 'a', paths: [path] })).matches.map(({ line }) => line),
  },
  diskUsage: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => (await host.run('diskUsage', { path })).map(({ bytes }) => bytes),
  },
  children: { last: 'followed', takes: 'directory', run: (host, path) => host.run('children', { path }) },
  read: { last: 'followed', takes: 'file', run: (host, path) => host.run('read', { path }) },
  write: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => (await host.run('write', textFile(path, 'written'))).path,
  },
  makeDirectory: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => (await host.run('makeDirectory', { path: `${path}/made` })).path,
  },
  saveTable: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => {
      const { source } = await host.run('openTable', { table: { sql: 'SELECT 1 AS x' } });
      const view = { sort: [], filters: [] };
      return host.run('saveTable', { source, view, format: 'csv', path: `${path}/saved.csv`, overwrite: false });
    },
  },
  checkCells: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => {
      const { base, column } = await editable(host, path);
      return host.run('checkCells', { path, base, cells: [{ column, value: 'x' }] });
    },
  },
  editTable: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => {
      const { base, column } = await editable(host, path);
      const edits = { changed: [], deleted: [], inserted: [{ before: 0, values: [[column, 'x']] as const }] };
      return (await host.run('editTable', { path, base, edits }))?.sha256;
    },
  },
  touch: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => (await host.run('touch', { paths: [`${path}/touched`] })).map((node) => node.path),
  },
  link: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => (await host.run('link', { target: 'x', path: `${path}/link` })).path,
  },
  format: {
    last: 'followed',
    takes: 'any',
    run: (host, path) => host.run('format', { path }),
  },
  setFormat: {
    last: 'followed',
    takes: 'any',
    run: (host, path) => host.run('setFormat', { path, options: { skip: 1 } }),
  },
  describe: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) =>
      (await host.run('describe', { paths: [path] })).map(({ columns, rowCount }) => [columns, rowCount]),
  },
  offeredFormats: {
    last: 'followed',
    takes: 'file',
    run: (host, path) => host.run('offeredFormats', { path }),
  },
  remove: {
    last: 'itself',
    takes: 'file',
    run: (host, path) => host.run('remove', { paths: [path], recursive: false }),
  },
  rename: {
    last: 'itself',
    takes: 'file',
    run: async (host, path) => (await host.run('rename', { from: path, to: `${path}.moved`, overwrite: false })).path,
  },
  copy: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) =>
      (await host.run('copy', { from: path, to: '/copied', recursive: false, overwrite: false })).sha256,
  },
  append: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => {
      const file = join(host.folder, 'appended.csv');
      writeFileSync(file, 'Timestamp,v\n1700000000,1\n');
      return (await host.run('append', { sources: [file], path: `${path}/series` })).rows;
    },
  },
  import: {
    last: 'followed',
    takes: 'directory',
    run: (host, path) => host.run('import', { sources: [join(host.folder, 'imported.csv')], path }),
  },
  export: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => {
      const directory = join(host.folder, 'out');
      const { files, bytes } = await host.run('export', { paths: [path], directory });
      rmSync(directory, { recursive: true });
      return { files, bytes };
    },
  },
  fetch: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => await codeOf(host.run('fetch', { paths: [path] })),
  },
  diff: { last: 'followed', takes: 'any', run: (host, path) => host.run('diff', { paths: [path] }) },
  countRows: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => await codeOf(host.run('countRows', { paths: [path], bytesMax: 0 })),
  },
  diffRows: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => await codeOf(host.run('diffRows', { path, limit: 10 })),
  },
  mergeRows: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => await codeOf(host.run('mergeRows', { path, limit: 0 })),
  },
  discard: { last: 'followed', takes: 'any', run: (host, path) => host.run('discard', { paths: [path] }) },
  resolve: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => await codeOf(host.run('resolve', { paths: [path] })),
  },
  commit: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => {
      const code = await codeOf(host.run('commit', { message: 'a part', paths: [path] }));
      // What is staged next must differ from what is committed.
      await host.run('undo', {});
      return code;
    },
  },
  log: { last: 'followed', takes: 'any', run: (host, path) => host.run('log', { path }) },
  history: { last: 'followed', takes: 'any', run: async (host, path) => (await host.run('history', { path })).commits },
  prove: { last: 'followed', takes: 'any', run: (host, path) => host.run('prove', { path }) },
  restore: {
    last: 'followed',
    takes: 'any',
    run: (host, path) => host.run('restore', { paths: [path], at: 'HEAD~1' }),
  },
  scribble: {
    last: 'followed',
    takes: 'directory',
    run: (host, path) => host.run('scribble', { path: `${path}/random`, seed: 1, countMin: 1, countMax: 2 }),
  },
};
