import { type SchemaElement } from 'hyparquet';
import { type ColumnShape } from './runs.ts';

/** A column of values: a leaf of the schema. */
export interface Leaf extends ColumnShape {
  /** Names from the top column down. */
  readonly path: readonly string[];
  /** Its own element of the schema. */
  readonly element: SchemaElement;
}

/** Limit of schema elements: checkpoints of other engines have one for each column of the table's statistics. */
const elementsMax = 20_000;
const depthMax = 20;

/** Returns the leaves of a schema, in order. Throws when it is not a tree. */
export function leavesOf(schema: readonly SchemaElement[]): readonly Leaf[] {
  if (schema.length > elementsMax) throw new Error(`a schema of ${schema.length} elements`);
  const leaves: Leaf[] = [];
  let next = 0;
  const walk = (path: readonly string[], repetitionMax: number, definitionMax: number): void => {
    const element = schema[next++];
    if (element === undefined || path.length > depthMax) throw new Error('the schema is not a tree');
    const isTop = next === 1;
    const below = isTop ? path : [...path, element.name];
    const repetition = repetitionMax + Number(!isTop && element.repetition_type === 'REPEATED');
    const definition = definitionMax + Number(!isTop && element.repetition_type !== 'REQUIRED');
    for (let left = element.num_children ?? 0; left > 0; left--) walk(below, repetition, definition);
    if (element.num_children !== undefined && element.num_children > 0) return;
    const isBoolean = element.type === 'BOOLEAN';
    leaves.push({ path: below, element, isBoolean, repetitionMax: repetition, definitionMax: definition });
  };
  walk([], 0, 0);
  if (next !== schema.length) throw new Error('the schema has elements outside of its tree');
  return leaves;
}
