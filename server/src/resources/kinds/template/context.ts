import { type Job } from '../../../base/job.ts';
import { type Match } from '../../model/derivedContent.ts';
import { type ExportContext } from '../../model/exportContext.ts';
import { type Column } from '../../../protocol/results.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { fieldsOf, type ValueColumn } from '../../series/valueColumns.ts';

/** Variables of a template, by name. */
export interface TemplateContext {
  /** The value columns. Empty for a file that is not a series or table. */
  readonly schema: { readonly fields: readonly ValueColumn[] };
  /** All columns with their DuckDB types. */
  readonly columns: readonly Column[];
  /** Rows of the series or table; 0 for other files. */
  readonly rows: number;
  /** Captures of the wildcards of in_pattern. */
  readonly args: readonly string[];
  /** The pond path of the input, and its last component. */
  readonly path: string;
  readonly name: string;
  readonly export: ExportContext;
}

/** Returns the context of a match. Reads its schema from the files, which are built first if needed. */
export async function templateContext(
  match: Match,
  files: ExportContext | undefined,
  materializer: Materializer,
  job: Job,
): Promise<TemplateContext> {
  const { path, name, captures: args, type } = match;
  const hasColumns = type === 'series' || type === 'table';
  const facts = hasColumns ? await materializer.inspect(await match.files(job), job) : { columns: [], rowCount: 0 };
  const { columns, rowCount: rows } = facts;
  return {
    schema: { fields: fieldsOf(columns) },
    columns,
    rows,
    args,
    path,
    name,
    export: placeFor(args, files ?? {}),
  };
}

/**
 * Returns the exported files with an entry for the captures of a match, empty if nothing was exported for it, so that
 * `export[args[0]]` exists for every page, even without an export.
 */
function placeFor(captures: readonly string[], files: ExportContext): ExportContext {
  const [first, ...others] = captures;
  if (first === undefined || isRecords(files)) return files;
  const below = Object.hasOwn(files, first) ? files[first] : undefined;
  return { ...files, [first]: placeFor(others, below ?? {}) };
}

function isRecords(files: ExportContext): files is Extract<ExportContext, readonly unknown[]> {
  return Array.isArray(files);
}
