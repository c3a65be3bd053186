import { type Duration, isDurationError, parseDuration } from '../../../documents/duration.ts';
import { assert } from '../../../base/assert.ts';
import { entryOf, type YamlNode } from '../../../documents/yamlNode.ts';
import { type SourcePosition } from '../../../base/lineMap.ts';
import { type Resource } from '../../model/kind.ts';
import { itemsOf, specValue } from '../../../documents/specValue.ts';

/** The `spec` of a checked Reduce document. */
interface ReduceSpec {
  readonly collections: readonly {
    readonly name: string;
    readonly resolutions: readonly string[];
    readonly datasets: readonly {
      readonly in_pattern: string;
      readonly out_pattern: string;
      readonly columns?: readonly string[];
    }[];
  }[];
}

export interface ReduceCollection {
  readonly name: string;
  readonly resolutions: readonly ReduceResolution[];
  readonly datasets: readonly Dataset[];
}

export interface ReduceResolution {
  /** As in the document. */
  readonly text: string;
  readonly duration: Duration;
}

export interface Dataset {
  readonly inPattern: string;
  readonly outPattern: string;
  /** Columns to keep; all if undefined. */
  readonly columns: readonly string[] | undefined;
  /** Position of `out_pattern` in the document. */
  readonly position: SourcePosition | undefined;
}

/** Returns the collections of a resource. */
export function collectionsOf({ spec }: Resource): readonly ReduceCollection[] {
  const nodes = itemsOf(spec, 'collections');
  return (specValue(spec) as ReduceSpec).collections.map(({ name, resolutions, datasets }, i) => ({
    name,
    resolutions: resolutions.map((text) => ({ text, duration: durationOf(text) })),
    datasets: datasets.map(({ in_pattern: inPattern, out_pattern: outPattern, columns }, j) => ({
      inPattern,
      outPattern,
      columns,
      position: positionOf(itemsOf(nodes[i], 'datasets')[j]),
    })),
  }));
}

function durationOf(text: string): Duration {
  const parsed = parseDuration(text);
  assert(!isDurationError(parsed), () => `the document was checked: ${text} is a duration`);
  return parsed;
}

function positionOf(dataset: YamlNode | undefined): SourcePosition | undefined {
  return entryOf(dataset, 'out_pattern')?.value.range.start;
}
