import { isPondError, PondError } from '../../../base/error.ts';
import { type SqlType } from '../../../duckdb/sqlType.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { documentError } from '../../model/documentError.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type Resource } from '../../model/kind.ts';
import { parquetFilesOf } from '../../series/parquetFiles.ts';
import { coverageOf } from './coverage.ts';
import { type OutputColumn } from './foldSql.ts';
import { outPatternPath, type OutputInput } from './collectInputs.ts';
import { type BuildContext } from './buildContext.ts';
import { type PartialAggregate, partialAggregatesOf } from './partialAggregates.ts';
import { makeParts, type PartedInput } from './parts.ts';
import { selectionOf } from './selection.ts';
import { type ReduceResolution } from './spec.ts';
import { commonType } from './aggregates.ts';

/** An output at one resolution. */
interface OutputSpec {
  readonly resource: Resource;
  readonly resolution: ReduceResolution;
  /** Length of the buckets that it is folded from, microseconds. */
  readonly baseUs: number;
  readonly inputs: readonly OutputInput[];
}

/**
 * Builds an output, and returns its parts in time order: one part without rows if the inputs have none. Fails
 * `invalid-content` for an input without numbers or times, and `run-failed` if two inputs have a column of the same
 * name.
 */
export async function buildOutput(spec: OutputSpec, context: BuildContext): Promise<readonly HostFile[]> {
  const inputs: PartedInput[] = [];
  for (const input of spec.inputs) {
    const partials = await inputPartials(spec, input, context);
    inputs.push({ partials, columns: columnsOf(input, partials) });
  }
  requireDifferentNames(spec, inputs);
  return await makeParts({ resolution: spec.resolution.duration, baseUs: spec.baseUs }, inputs, context);
}

async function inputPartials(
  { resource, baseUs }: OutputSpec,
  { match, source, dataset }: OutputInput,
  context: BuildContext,
): Promise<readonly PartialAggregate[]> {
  try {
    const files = await parquetFilesOf({ match, source }, context.materializer, context.job);
    return await partialAggregatesOf({ files, selection: selectionOf(dataset), baseUs }, context);
  } catch (error) {
    throw inputError(resource, match.path, error);
  }
}

/** Names the resource and the input in an error about the input. */
function inputError(resource: Resource, path: string, error: unknown): unknown {
  if (!isPondError(error) || error.code === 'cancelled' || error.code === 'untrusted') return error;
  const { code, message, hint, formats } = error;
  return new PondError(code, `${titleOf(resource)}: ${path}: ${message}`, {
    path,
    cause: error,
    ...(hint !== undefined && { hint }),
    ...(formats !== undefined && { formats }),
  });
}

/** The columns of an input, in order of first occurrence in its files. Column names in DuckDB are case-insensitive. */
function columnsOf({ prefix, dataset }: OutputInput, partials: readonly PartialAggregate[]): readonly OutputColumn[] {
  const found = new Map<string, { readonly name: string; readonly types: SqlType[] }>();
  for (const { name, type } of partials.flatMap(({ columns }) => columns)) {
    const column = found.get(name.toLowerCase()) ?? { name, types: [] };
    column.types.push(type);
    found.set(name.toLowerCase(), column);
  }
  const { statisticsOf } = selectionOf(dataset);
  const coverage = coverageOf(dataset);
  return [...found.values()].map(({ name, types }) => ({
    source: name,
    name: `${prefix}${name}`,
    type: commonType(types),
    statistics: statisticsOf(name),
    ...(coverage && { coverage }),
  }));
}

function requireDifferentNames({ resource, inputs: given }: OutputSpec, inputs: readonly PartedInput[]): void {
  const owners = new Map<string, OutputInput>();
  for (const [i, { columns }] of inputs.entries()) {
    const input = given[i]!;
    for (const { name } of columns) {
      const other = owners.get(name.toLowerCase());
      if (other !== undefined) throw collisionError(resource, name, [other, input]);
      owners.set(name.toLowerCase(), input);
    }
  }
}

function collisionError(
  resource: Resource,
  name: string,
  [one, other]: readonly [OutputInput, OutputInput],
): PondError {
  const message = `${titleOf(resource)}: ${one.match.path} and ${other.match.path} both bring a column "${name}" to one output`;
  return documentError(resource, 'run-failed', message, {
    at: outPatternPath(other),
    hint: 'Keep the column of one of them by `columns`, or change out_pattern so that they make outputs of their own.',
  });
}
