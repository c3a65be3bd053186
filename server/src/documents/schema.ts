import { type Issue } from './issue.ts';
import { type MapNode } from './yamlNode.ts';
import { type Problem, type ProblemCode } from './problem.ts';

/** What a value in a resource document may be. check.ts checks it, language/ and the reference page read it. */
export type Schema = TextSchema | NumberSchema | ChoiceSchema | ListSchema | MapSchema | ObjectSchema | AnySchema;

/** A text. What more is asked of it is a function, so that a kind may bring its own sort of text. */
export interface TextSchema {
  readonly type: 'text';
  /** Name of the sort of text with its article: "a duration". */
  readonly label: string;
  /** Issues of the text, which is not empty and holds no template that is expanded when the document is applied. */
  readonly check?: (text: string) => readonly Issue[];
  /** True when the value is one that must not be written out, whatever its type. */
  readonly secret?: true;
  /** True when `{{ }}` in it is not expanded when the document is applied. */
  readonly verbatim?: true;
  /** Values to offer while typing, each with what it means. */
  readonly values?: readonly { readonly value: string; readonly doc: string }[];
}

/** A number within bounds. */
export interface NumberSchema {
  readonly type: 'number';
  /** True when the number must be whole. */
  readonly whole: boolean;
  /** Least and greatest value, both inclusive. */
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** One of a closed set of words. */
export interface ChoiceSchema {
  readonly type: 'choice';
  /** What one of the words is, with its article: "a kind". */
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly doc: string }[];
  /** True when the word may be written in capitals; the choices are lower case then. */
  readonly ignoreCase: boolean;
  /** Code of the problem when the word is none of the choices. */
  readonly unknownCode: ProblemCode;
}

/** A list of at least one item. */
export interface ListSchema {
  readonly type: 'list';
  readonly item: Schema;
  /** No two items may have the same value under this key, or, for `'.'`, be the same. */
  readonly uniqueBy?: string;
}

/** A mapping with keys that the user chooses. */
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
  /** Optional keys of which exactly one must be there. */
  readonly exactlyOneOf?: readonly string[];
  /** Checks that look at several fields; fields may be missing or of the wrong type, which is reported already. */
  readonly check?: (node: MapNode) => readonly Problem[];
}

/** A value that is not looked at. */
export interface AnySchema {
  readonly type: 'anything';
}

/** What stands under one key of a mapping. */
export interface Field {
  readonly shape: Schema;
  readonly required: boolean;
  /** What it is for, in Markdown, one to three sentences. */
  readonly doc: string;
  /** A value as it would be written after the colon, on one line. */
  readonly example: string;
}

/** Returns a field that has to be there. */
export function required(shape: Schema, doc: string, example: string): Field {
  return { shape, required: true, doc, example };
}

/** Returns a field that may be left out. */
export function optional(shape: Schema, doc: string, example: string): Field {
  return { shape, required: false, doc, example };
}

/** Returns what a shape takes, in words with an article: "a list", "a whole number from 1 to 10". */
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
