import { type Issue } from './issue.ts';
import { type MapNode } from './yamlNode.ts';
import { type Problem, type ProblemCode } from './problem.ts';

/** Schema of a value in a resource document. Used by check.ts, language/ and the reference page. */
export type Schema = TextSchema | NumberSchema | ChoiceSchema | ListSchema | MapSchema | ObjectSchema | AnySchema;

/** A text. Further rules are a function, so that a kind may define its own type of text. */
export interface TextSchema {
  readonly type: 'text';
  /** Name of the type of text with its article: "a duration". */
  readonly label: string;
  /**
   * Returns issues of the text, which is not empty and has no template that is expanded when the document is applied.
   */
  readonly check?: (text: string) => readonly Issue[];
  /** True when the value must not be written out, whatever its type. */
  readonly secret?: true;
  /** True when `{{ }}` in it is not expanded when the document is applied. */
  readonly verbatim?: true;
  /** Values for completion, each with its meaning. */
  readonly values?: readonly { readonly value: string; readonly doc: string }[];
}

/** A number within bounds. */
export interface NumberSchema {
  readonly type: 'number';
  /** True when the number must be an integer. */
  readonly whole: boolean;
  /** Minimum and maximum, both inclusive. */
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** One of a closed set of words. */
export interface ChoiceSchema {
  readonly type: 'choice';
  /** Name of the words with its article: "a kind". */
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly doc: string }[];
  /** True when capitals are accepted; the choices are lower case then. */
  readonly ignoreCase: boolean;
  /** Code of the problem for a word that is not among the choices. */
  readonly unknownCode: ProblemCode;
}

/** A list of at least one item. */
export interface ListSchema {
  readonly type: 'list';
  readonly item: Schema;
  /** Key whose value must be unique among the items, or `'.'` for the items themselves. */
  readonly uniqueBy?: string;
}

/** A mapping with user-defined keys. */
export interface MapSchema {
  readonly type: 'map';
  readonly key: TextSchema | ChoiceSchema;
  readonly value: Schema;
  /** False when a mapping without entries is an error. */
  readonly mayBeEmpty: boolean;
}

/** A mapping with known keys. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Field>>;
  /** Optional keys of which exactly one must be present. */
  readonly exactlyOneOf?: readonly string[];
  /** Checks across fields; fields may be missing or of the wrong type, which is reported already. */
  readonly check?: (node: MapNode) => readonly Problem[];
}

/** A value that is not checked. */
export interface AnySchema {
  readonly type: 'anything';
}

/** The value under one key of a mapping. */
export interface Field {
  readonly shape: Schema;
  readonly required: boolean;
  /** Purpose of the field, in Markdown, one to three sentences. */
  readonly doc: string;
  /** A value as written after the colon, on one line. */
  readonly example: string;
}

/** Returns a required field. */
export function required(shape: Schema, doc: string, example: string): Field {
  return { shape, required: true, doc, example };
}

/** Returns an optional field. */
export function optional(shape: Schema, doc: string, example: string): Field {
  return { shape, required: false, doc, example };
}

/** Describes a shape in words with an article: "a list", "a whole number from 1 to 10". */
export function describeSchema(shape: Schema): string {
  switch (shape.type) {
    case 'text':
    case 'choice':
      return shape.label;
    case 'number':
      return `a ${shape.whole ? 'whole number' : 'number'} from ${shape.min} to ${shape.max}`;
    case 'list':
      return 'a list';
    case 'map':
    case 'object':
      return 'a mapping';
    case 'anything':
      return 'a value';
  }
}
