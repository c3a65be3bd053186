import { type MapNode, type YamlEntry } from './yamlNode.ts';

/** Files that a query in a document reads by another name than their path. */
export interface SqlInput {
  readonly name: string;
  /** Pattern of pond paths. */
  readonly pattern: string;
  /** True for a query that runs for each of the files, with one of them as its input. */
  readonly isEach: boolean;
  /** The section of the document that says how its files are read. */
  readonly format: YamlEntry | undefined;
}

/** Returns the inputs of a query from the mapping that has it; invalid parts are skipped, as while they are typed. */
export type SqlInputs = (mapping: MapNode) => readonly SqlInput[];
