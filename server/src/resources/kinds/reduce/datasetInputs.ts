/** The inputs of a dataset, which all outputs of it and the notes of runs are computed from. */
import { mapLimit } from '../../../base/mapLimit.ts';
import { type KeyPart } from '../../../materialize/contentKey.ts';
import { type Match } from '../../model/derivedContent.ts';
import { parquetFilesOf } from '../../series/parquetFiles.ts';
import { matchKey } from '../../series/readingOfMatch.ts';
import { type BuildContext } from './buildContext.ts';
import { sourcesByMatch } from './collectInputs.ts';
import { type PartialAggregate, partialAggregatesOf } from './partialAggregates.ts';
import { selectionOf } from './selection.ts';
import { type Dataset } from './spec.ts';
import { type Statistic } from './statistics.ts';

/** Number of inputs in progress at a time. */
const concurrencyMax = 2;

/** A dataset with its inputs. */
export interface DatasetInputs {
  readonly dataset: Dataset;
  readonly matches: readonly Match[];
  /** Length of the buckets of its partials, microseconds. */
  readonly baseUs: number;
}

/** Returns everything in a dataset that its columns depend on. */
export function datasetKey({ columns, statistics, rules, coverage, step }: Dataset): readonly KeyPart[] {
  const names = (list: readonly Statistic[]): readonly string[] => list.map(({ name }) => name);
  return [
    columns ?? null,
    statistics === undefined ? null : names(statistics),
    rules === undefined ? null : rules.map((rule) => [rule.columns, names(rule.statistics)]),
    coverage ?? null,
    step?.duration.microseconds ?? null,
  ];
}

/** Returns everything that the partials of a dataset depend on. */
export function partialsKey({ dataset, matches, baseUs }: DatasetInputs): readonly KeyPart[] {
  const keys = matches.map(matchKey);
  return [baseUs, dataset.out_pattern, ...selectionOf(dataset).partialKey, keys];
}

/** Returns the partials of each input; they are in the cache where an output was built from them. */
export async function datasetPartials(
  { dataset, matches, baseUs }: DatasetInputs,
  context: BuildContext,
): Promise<readonly (readonly PartialAggregate[])[]> {
  const selection = selectionOf(dataset);
  const sources = sourcesByMatch(dataset, matches);
  return await mapLimit(matches, concurrencyMax, async (match) => {
    const files = await parquetFilesOf({ match, source: sources(match) }, context.materializer, context.job);
    return await partialAggregatesOf({ files, selection, baseUs }, context);
  });
}
