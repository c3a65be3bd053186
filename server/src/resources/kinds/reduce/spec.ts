import { type Duration, isDurationError, parseDuration } from '../../../documents/duration.ts';
import { assert } from '../../../base/assert.ts';
import { entryOf, type Node } from '../../../documents/node.ts';
import { type Position } from '../../../documents/position.ts';
import { type Resource } from '../../model/kind.ts';
import { itemsOf, specValue } from '../../../documents/specValue.ts';

/** The `spec` of a Reduce document that was checked. */
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

export interface Collection {
  readonly name: string;
  readonly resolutions: readonly Resolution[];
  readonly datasets: readonly Dataset[];
}

export interface Resolution {
  /** As it is written. */
  readonly text: string;
  readonly duration: Duration;
}

export interface Dataset {
  readonly inPattern: string;
  readonly outPattern: string;
  /** Columns to keep; all when undefined. */
  readonly columns: readonly string[] | undefined;
  /** Where `out_pattern` stands in the document. */
  readonly position: Position | undefined;
}

/** Returns the collections of a resource. */
export function collectionsOf({ spec }: Resource): readonly Collection[] {
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

function positionOf(dataset: Node | undefined): Position | undefined {
  return entryOf(dataset, 'out_pattern')?.value.range.start;
}
