import { type Job } from '../../../base/job.ts';
import { type Match } from '../../model/derivedContent.ts';
import { type ExportContext } from '../../model/exportContext.ts';
import { type Column } from '../../../sandbox/types.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type TemplateField, fieldsOf } from './fields.ts';

/** What a template sees, by the names that it uses. */
export interface TemplateContext {
  /** The value columns. Empty for a file that is no series or table. */
  readonly schema: { readonly fields: readonly TemplateField[] };
  /** All columns with their types as DuckDB calls them. */
  readonly columns: readonly Column[];
  /** Rows of the series or table; 0 for another file. */
  readonly rows: number;
  /** What the wildcards of in_pattern stand for. */
  readonly args: readonly string[];
  /** The pond path of the input, and its last component. */
  readonly path: string;
  readonly name: string;
  readonly export: ExportContext;
}

/** Returns the context of a match. Its schema is read from the files, which are made first where need be. */
export async function templateContext(
  match: Match,
  files: ExportContext | undefined,
  workshop: Materializer,
  job: Job,
): Promise<TemplateContext> {
  const { path, name, captures: args, type } = match;
  const hasColumns = type === 'series' || type === 'table';
  const facts = hasColumns ? await workshop.inspect(await match.files(job), job) : { columns: [], rowCount: 0 };
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
 * The exported files with a place for the captures of a match, empty where nothing was exported for it: so that
 * `export[args[0]]` is there for every page, outside of exports too.
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
