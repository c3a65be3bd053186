import { groupBy } from '../../../base/groupBy.ts';
import { fillPlaceholders } from '../../../documents/placeholders.ts';
import { type ValuePath } from '../../../documents/yamlNode.ts';
import { type InputMatcher, type Match } from '../../model/derivedContent.ts';
import { type TextSource, textSource } from '../../series/textSource.ts';
import { type Dataset } from './spec.ts';

/** An input of an output. */
export interface OutputInput {
  readonly match: Match;
  /** The files of the dataset that the output is computed from. */
  readonly source: TextSource;
  readonly dataset: Dataset;
  /** Path of the dataset in the `spec`. */
  readonly path: ValuePath;
  /** Prefix of its column names. */
  readonly prefix: string;
}

/** Returns the path in the `spec` of the pattern that named the output of an input. */
export function outPatternPath({ path }: OutputInput): ValuePath {
  return [...path, 'out_pattern'];
}

/**
 * Returns the inputs of each output by its name, in the order of the datasets and of the inputs' paths. `collection` is
 * the path of the collection in the `spec`.
 */
export async function collectInputs(
  collection: ValuePath,
  datasets: readonly Dataset[],
  inputs: InputMatcher,
): Promise<ReadonlyMap<string, readonly OutputInput[]>> {
  const outputs = new Map<string, Omit<OutputInput, 'prefix'>[]>();
  for (const [index, dataset] of datasets.entries()) {
    const path = [...collection, 'datasets', index];
    const matches = await inputs.match(dataset.in_pattern);
    const sources = sourcesByMatch(dataset, matches);
    for (const match of matches) {
      const source = sources(match);
      const name = fillPlaceholders(dataset.out_pattern, match.captures);
      const found = outputs.get(name);
      if (found === undefined) outputs.set(name, [{ match, source, dataset, path }]);
      else found.push({ match, source, dataset, path });
    }
  }
  return new Map(
    [...outputs].map(([name, found]) => [name, found.length > 1 ? found.map(withPrefix) : found.map(withoutPrefix)]),
  );
}

const withoutPrefix = (input: Omit<OutputInput, 'prefix'>): OutputInput => ({ ...input, prefix: '' });

/** Returns the source of each match: the files of a dataset that the same output is computed from. */
export function sourcesByMatch(
  { out_pattern: pattern }: Pick<Dataset, 'out_pattern'>,
  matches: readonly Match[],
): (match: Match) => TextSource {
  const nameOf = ({ captures }: Match): string => fillPlaceholders(pattern, captures);
  const sources = new Map([...groupBy(matches, nameOf)].map(([name, group]) => [name, textSource(group)]));
  return (match) => sources.get(nameOf(match))!;
}

/** Captures of the wildcards distinguish the columns of several inputs. */
function withPrefix(input: Omit<OutputInput, 'prefix'>): OutputInput {
  const { captures } = input.match;
  return { ...input, prefix: captures.length === 0 ? '' : `${captures.join('.')}.` };
}
