/**
 * Schemas of the values in resource documents. A schema has the type of the value that decode.ts makes of a node; it is
 * also what completion, hover and the reference page are made from.
 */
import { keysOf } from '../base/keys.ts';
import { type Issue } from './issue.ts';
import { type ProblemCode } from './problem.ts';
import { type TemplateName } from './templateNames.ts';
import { type SqlInputs } from './sqlInputs.ts';

/** Schema of a value of type `T`. */
export type Schema<T = unknown> =
  | TextSchema<T>
  | NumberSchema<T>
  | BooleanSchema<T>
  | ChoiceSchema<T>
  | ListSchema<T>
  | MapSchema<T>
  | ObjectSchema<T>
  | AnySchema<T>;

/** Type of the decoded value of a schema. */
export type SpecOf<S> = S extends Schema<infer T> ? T : never;

declare const decodedType: unique symbol;

/** Carries the type of the decoded value; the property never exists. */
interface Typed<T> {
  readonly [decodedType]?: T;
}

/** Value of a text, or its issues, of which there is at least one. */
export type Parsed<T> = { readonly value: T } | { readonly issues: readonly Issue[] };

/** A text, or the value that it represents. */
export interface TextSchema<T = unknown> extends TextOptions {
  readonly type: 'text';
  /** Name of the type of text with its article: "a duration". */
  readonly label: string;
  /** Parses a text that is not empty and has no template that is expanded when the document is applied. */
  readonly parse: (text: string) => Parsed<T>;
}

/** Properties of a text that most texts lack. */
interface TextOptions {
  /** True when the value must not be written out, whatever its type. */
  readonly secret?: true;
  /** True when `{{ }}` in it is not expanded when the document is applied. */
  readonly verbatim?: true;
  /** True when the text may be empty or consist of spaces. */
  readonly mayBeBlank?: true;
  /** The text names a host file; applying the document replaces this key by that one, with the content of the file. */
  readonly inlinedAs?: string;
  /** Set for SQL: its inputs. */
  readonly sqlInputs?: SqlInputs;
  /** Set for a template that is rendered later: its variables. */
  readonly variables?: readonly TemplateName[];
  /** Values for completion, each with its meaning. */
  readonly values?: readonly { readonly value: string; readonly doc: string }[];
}

/** A number within bounds. */
export interface NumberSchema<T = unknown> {
  readonly type: 'number';
  /** True when the number must be an integer. */
  readonly whole: boolean;
  /** Minimum and maximum, both inclusive. */
  readonly min: number | bigint;
  readonly max: number | bigint;
  readonly convert: (value: number | bigint) => T;
}

/** True or false. */
interface BooleanSchema<T = unknown> extends Typed<T> {
  readonly type: 'boolean';
}

/** One of a closed set of words. */
export interface ChoiceSchema<T = unknown> {
  readonly type: 'choice';
  /** Name of the words with its article: "a kind". */
  readonly label: string;
  readonly choices: readonly { readonly value: T & string; readonly doc: string }[];
  /** True when capitals are accepted; the choices are lower case then. */
  readonly ignoreCase: boolean;
  /** Code of the problem for a word that is not among the choices. */
  readonly unknownCode: ProblemCode;
}

/** A list of at least one item. */
export interface ListSchema<T = unknown> extends ListOptions, Typed<T> {
  readonly type: 'list';
  readonly item: Schema;
}

/** Conditions on the items of a list. */
interface ListOptions {
  /** Key whose value must be unique among the items, or `'.'` for the items themselves. */
  readonly uniqueBy?: string;
  /** True for a value that must be unique; all values if omitted. */
  readonly uniqueIf?: (text: string) => boolean;
  /** Returns the message for a value that occurs twice. */
  readonly duplicateMessage?: (text: string) => string;
}

/** A mapping with user-defined keys. */
export interface MapSchema<T = unknown> extends Typed<T> {
  readonly type: 'map';
  readonly key: TextSchema | ChoiceSchema;
  readonly value: Schema;
  /** False when a mapping without entries is an error. */
  readonly mayBeEmpty: boolean;
}

/** A mapping with known keys. */
export interface ObjectSchema<T = unknown> extends Typed<T> {
  readonly type: 'object';
  readonly fields: FieldMap;
  /** Optional keys of which exactly one must be present. */
  readonly exactlyOneOf?: readonly string[];
  /**
   * Checks across fields. Those with a problem, and texts with a template, are missing in `fields`; `isAbsent` is true
   * for a key that the document does not have at all.
   */
  check?(fields: Partial<T>, isAbsent: (key: string) => boolean): readonly FieldIssue[];
}

/** An issue of one field of a mapping. */
export interface FieldIssue extends Issue {
  readonly key: string;
  /** The field that it conflicts with. */
  readonly related?: { readonly message: string; readonly key: string };
}

/** A value that is not checked; it is decoded as its node. */
interface AnySchema<T = unknown> extends Typed<T> {
  readonly type: 'anything';
}

/** The value under one key of a mapping. */
export interface Field<T = unknown, R extends boolean = boolean> {
  readonly schema: Schema<T>;
  readonly required: R;
  /** Purpose of the field, in Markdown, one to three sentences. */
  readonly doc: string;
  /** A value as written after the colon, on one line. */
  readonly example: string;
  /** Key with which an optional field is required. */
  readonly neededWith?: string;
}

/** The fields of a mapping, in the order of the documentation. */
type FieldMap = Readonly<Record<string, Field>>;

type FieldValue<F> = F extends Field<infer T> ? T : never;

type RequiredKey<F extends FieldMap> = { [K in keyof F]: F[K]['required'] extends true ? K : never }[keyof F];

/** Type of the decoded value of a mapping with these fields. */
type ObjectValue<F extends FieldMap> = { readonly [K in RequiredKey<F>]: FieldValue<F[K]> } & {
  readonly [K in Exclude<keyof F, RequiredKey<F>>]?: FieldValue<F[K]>;
};

/** Returns the schema of a text. `check` returns the issues of a text that is not empty. */
export function text(
  label: string,
  { check, ...options }: TextOptions & { readonly check?: (text: string) => readonly Issue[] } = {},
): TextSchema<string> {
  const parse = (value: string): Parsed<string> => {
    const issues = check?.(value) ?? [];
    return issues.length === 0 ? { value } : { issues };
  };
  return { type: 'text', label, parse, ...options };
}

/** Returns the schema of a text that represents another value. */
export function parsedText<T>(
  label: string,
  parse: (text: string) => Parsed<T>,
  options: TextOptions = {},
): TextSchema<T> {
  return { type: 'text', label, parse, ...options };
}

/** Returns the schema of a number. */
export function number(min: number, max: number): NumberSchema<number> {
  return { type: 'number', whole: false, min, max, convert: Number };
}

/** Returns the schema of an integer within the safe range. */
export function integer(min: number, max: number): NumberSchema<number> {
  return { type: 'number', whole: true, min, max, convert: Number };
}

/** Returns the schema of an integer of any size. */
export function bigInteger(min: bigint, max: bigint): NumberSchema<bigint> {
  return { type: 'number', whole: true, min, max, convert: BigInt };
}

/** Schema of true or false. */
export const boolean: BooleanSchema<boolean> = { type: 'boolean' };

/** Returns the schema of one of these words, each with its meaning. `label` names the words with their article. */
export function choice<W extends string>(label: string, words: Readonly<Record<W, string>>): ChoiceSchema<W> {
  const choices = keysOf(words).map((value) => ({ value, doc: words[value] }));
  return { type: 'choice', label, choices, ignoreCase: false, unknownCode: 'value-unknown' };
}

/** Returns the schema of a list. */
export function list<T>(item: Schema<T>, options: ListOptions = {}): ListSchema<readonly T[]> {
  return { type: 'list', item, ...options };
}

/** Returns the schema of a mapping with keys that the document defines. */
export function map<K, V>(
  key: TextSchema<K> | ChoiceSchema<K>,
  value: Schema<V>,
  { mayBeEmpty }: { readonly mayBeEmpty: boolean },
): MapSchema<ReadonlyMap<K, V>> {
  return { type: 'map', key, value, mayBeEmpty };
}

/** Returns the schema of a mapping with these keys. */
export function object<F extends FieldMap>(
  fields: F,
  options: Pick<ObjectSchema<ObjectValue<F>>, 'exactlyOneOf' | 'check'> = {},
): ObjectSchema<ObjectValue<F>> {
  return { type: 'object', fields, ...options };
}

/** Returns a required field. */
export function required<T>(schema: Schema<T>, doc: string, example: string): Field<T, true> {
  return { schema, required: true, doc, example };
}

/** Returns an optional field. */
export function optional<T>(
  schema: Schema<T>,
  doc: string,
  example: string,
  options: Pick<Field, 'neededWith'> = {},
): Field<T, false> {
  return { schema, required: false, doc, example, ...options };
}

/** Describes a schema in words with an article: "a list", "a whole number from 1 to 10". */
export function describeSchema(schema: Schema): string {
  switch (schema.type) {
    case 'text':
    case 'choice':
      return schema.label;
    case 'number':
      return `a ${schema.whole ? 'whole number' : 'number'} from ${schema.min} to ${schema.max}`;
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'a list';
    case 'map':
    case 'object':
      return 'a mapping';
    case 'anything':
      return 'a value';
  }
}
