import { type InputMatcher, type Match } from '../../model/derivedContent.ts';
import { parsePlaceholders } from '../../../documents/placeholders.ts';
import { type ReduceCollection, type Dataset } from './spec.ts';

/** An input of an output. */
export interface OutputInput {
  readonly match: Match;
  readonly dataset: Dataset;
  /** Prefix of its column names. */
  readonly prefix: string;
}

/** Returns the inputs of each output by its name, in the order of the datasets and of the inputs' paths. */
export async function collectInputs(
  { datasets }: ReduceCollection,
  inputs: InputMatcher,
): Promise<ReadonlyMap<string, readonly OutputInput[]>> {
  const outputs = new Map<string, Omit<OutputInput, 'prefix'>[]>();
  for (const dataset of datasets) {
    for (const match of await inputs.match(dataset.inPattern)) {
      const name = outputName(dataset.outPattern, match.captures);
      const found = outputs.get(name);
      if (found === undefined) outputs.set(name, [{ match, dataset }]);
      else found.push({ match, dataset });
    }
  }
  return new Map(
    [...outputs].map(([name, found]) => [name, found.length > 1 ? found.map(withPrefix) : found.map(withoutPrefix)]),
  );
}

const withoutPrefix = (input: Omit<OutputInput, 'prefix'>): OutputInput => ({ ...input, prefix: '' });

/** Captures of the wildcards distinguish the columns of several inputs. */
function withPrefix(input: Omit<OutputInput, 'prefix'>): OutputInput {
  const { captures } = input.match;
  return { ...input, prefix: captures.length === 0 ? '' : `${captures.join('.')}.` };
}

/** The pattern is already checked: each placeholder has a wildcard. */
function outputName(pattern: string, captures: readonly string[]): string {
  let [name, end] = ['', 0];
  for (const placeholder of parsePlaceholders(pattern)) {
    name += pattern.slice(end, placeholder.start) + (captures[placeholder.index] ?? '');
    end = placeholder.end;
  }
  return name + pattern.slice(end);
}
