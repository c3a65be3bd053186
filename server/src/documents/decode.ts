import { type TextRange } from '../base/lineMap.ts';
import { suggest } from '../base/suggest.ts';
import { type Issue } from './issue.ts';
import { type Problem } from './problem.ts';
import {
  type ChoiceSchema,
  describeSchema,
  type ListSchema,
  type MapSchema,
  type NumberSchema,
  type ObjectSchema,
  type Schema,
  type TextSchema,
} from './schema.ts';
import { hasTemplate } from './templateText.ts';
import {
  entryOf,
  type ListNode,
  type MapNode,
  partRange,
  type ScalarNode,
  type YamlEntry,
  type YamlNode,
} from './yamlNode.ts';

/** Result of decoding a node. */
export interface Decoded<T> {
  /** Undefined when there are errors, and when a text has a template that is expanded when the document is applied. */
  readonly value: T | undefined;
  /** In the order of the text within each mapping. */
  readonly problems: readonly Problem[];
}

/**
 * Decodes `node` to the value of a schema. A missing key is reported at `owner`: the key whose value `node` is. Never
 * throws.
 */
export function decode<T>(schema: Schema<T>, node: YamlNode, owner: TextRange): Decoded<T> {
  const decoder = new Decoder();
  // The functions that make schemas give them the type of what the decoder returns.
  const value = decoder.decode(schema, node, owner) as T | undefined;
  const { problems } = decoder;
  return { value: problems.some(({ severity }) => severity === 'error') ? undefined : value, problems };
}

/** Decodes nodes and collects their problems. Its methods return undefined for a value with a problem or a template. */
class Decoder {
  readonly problems: Problem[] = [];

  decode(schema: Schema, node: YamlNode, owner: TextRange): unknown {
    if (schema.type === 'anything') return node;
    if (node.type === 'scalar' && node.value === null) {
      return this.#fail('value-missing', `expected ${describeSchema(schema)}, got nothing`, node.range);
    }
    switch (schema.type) {
      case 'text':
        return node.type === 'scalar' ? this.#text(schema, node) : this.#wrongType(schema, node);
      case 'number':
        return node.type === 'scalar' ? this.#number(schema, node) : this.#wrongType(schema, node);
      case 'boolean':
        return node.type === 'scalar' && typeof node.value === 'boolean' ? node.value : this.#wrongType(schema, node);
      case 'choice':
        return node.type === 'scalar' ? this.#choice(schema, node) : this.#wrongType(schema, node);
      case 'list':
        return node.type === 'list' ? this.#list(schema, node, owner) : this.#wrongType(schema, node);
      case 'map':
        return node.type === 'map' ? this.#map(schema, node, owner) : this.#wrongType(schema, node);
      case 'object':
        return node.type === 'map' ? this.#object(schema, node, owner) : this.#wrongType(schema, node);
    }
  }

  #text(schema: TextSchema, node: ScalarNode): unknown {
    const { value, range } = node;
    // In place of a secret, a number is as unsafe as a text: it must be replaced, not quoted.
    if (typeof value !== 'string' && schema.secret !== true) {
      const got = typeof value === 'boolean' ? 'true or false' : 'a number';
      const hint = 'Put the value in quotes.';
      return this.#fail('type-wrong', `expected ${schema.label}, got ${got}`, range, { hint });
    }
    const text = String(value);
    if (schema.mayBeBlank !== true && text.trim() === '')
      return this.#fail('text-empty', `expected ${schema.label}, got an empty text`, range);
    if (schema.verbatim !== true && hasTemplate(text)) return undefined;
    const parsed = schema.parse(text);
    if ('value' in parsed) return parsed.value;
    for (const issue of parsed.issues) this.#report(issue, node);
    return undefined;
  }

  #number(schema: NumberSchema, node: ScalarNode): unknown {
    const { value, range } = node;
    if (typeof value !== 'number' && typeof value !== 'bigint') return this.#wrongType(schema, node);
    if (schema.whole && typeof value === 'number') {
      return this.#fail('type-wrong', `expected ${describeSchema(schema)}, got the number ${value}`, range);
    }
    if (value >= schema.min && value <= schema.max) return schema.convert(value);
    return this.#fail('number-range', `expected ${describeSchema(schema)}, got ${value}`, range);
  }

  #choice(schema: ChoiceSchema, node: ScalarNode): unknown {
    if (typeof node.value !== 'string') return this.#wrongType(schema, node);
    const word = schema.ignoreCase ? node.value.toLowerCase() : node.value;
    const words = schema.choices.map((choice) => choice.value);
    if (words.includes(word)) return word;
    const message = `"${node.value}" is not ${schema.label}`;
    const help = suggestion(suggest(word, words), `Write one of ${words.join(', ')}.`);
    return this.#fail(schema.unknownCode, message, node.range, help);
  }

  #list(schema: ListSchema, node: ListNode, owner: TextRange): unknown {
    if (node.items.length === 0) {
      return this.#fail('list-empty', 'a list is expected to have at least one item', node.range);
    }
    const items = node.items.map((item) => this.decode(schema.item, item, firstKeyRange(item) ?? owner));
    const isUnique = this.#checkUnique(schema, node);
    return isUnique && !items.includes(undefined) ? items : undefined;
  }

  /** Returns false for a list in which a value that must be unique occurs twice. */
  #checkUnique({ uniqueBy, uniqueIf, duplicateMessage }: ListSchema, node: ListNode): boolean {
    if (uniqueBy === undefined) return true;
    const seen = new Map<string, TextRange>();
    let isUnique = true;
    for (const item of node.items) {
      const value = uniqueBy === '.' ? item : entryOf(item, uniqueBy)?.value;
      if (value?.type !== 'scalar' || value.value === null) continue;
      const text = String(value.value);
      if (uniqueIf?.(text) === false) continue;
      const first = seen.get(text);
      if (first === undefined) {
        seen.set(text, value.range);
        continue;
      }
      const what = uniqueBy === '.' ? `"${text}"` : `${uniqueBy} "${text}"`;
      const message = duplicateMessage?.(text) ?? `${what} is in the list twice`;
      this.#fail('value-duplicate', message, value.range, { related: { message: 'the first is here', range: first } });
      isUnique = false;
    }
    return isUnique;
  }

  #map(schema: MapSchema, node: MapNode, owner: TextRange): unknown {
    if (node.entries.length === 0 && !schema.mayBeEmpty) {
      return this.#fail('list-empty', 'a mapping is expected to have at least one entry', owner);
    }
    const values = new Map<unknown, unknown>();
    let isWhole = true;
    for (const { key, keyRange, value } of node.entries) {
      const decodedKey = this.decode(schema.key, { type: 'scalar', value: key, range: keyRange }, keyRange);
      const decoded = this.decode(schema.value, value, keyRange);
      if (decodedKey === undefined || decoded === undefined) isWhole = false;
      else values.set(decodedKey, decoded);
    }
    return isWhole ? values : undefined;
  }

  #object(schema: ObjectSchema, node: MapNode, owner: TextRange): unknown {
    const known = Object.keys(schema.fields);
    const present = new Set(node.entries.map((entry) => entry.key));
    const free = known.filter((key) => !present.has(key));
    const meant = new Set<string>();
    const values: Record<string, unknown> = {};
    for (const entry of node.entries) {
      const field = Object.hasOwn(schema.fields, entry.key) ? schema.fields[entry.key] : undefined;
      if (field === undefined) {
        const word = suggest(entry.key, free);
        if (word !== undefined) meant.add(word);
        this.#unknownKey(entry, known, word);
        continue;
      }
      const value = this.decode(field.schema, entry.value, entry.keyRange);
      if (value !== undefined) values[entry.key] ??= value;
    }
    // A misspelled key is reported as unknown; reporting the right one as missing would repeat the mistake.
    for (const key of free.filter((name) => schema.fields[name]?.required === true && !meant.has(name))) {
      this.#fail('key-missing', `the key "${key}" is missing`, owner);
    }
    for (const key of free.filter((name) => !meant.has(name))) {
      const other = schema.fields[key]?.neededWith;
      if (other === undefined || !present.has(other)) continue;
      this.#fail('key-missing', `the key "${key}" is missing: "${other}" needs it`, owner);
    }
    if (schema.exactlyOneOf !== undefined) this.#checkExclusive(node, schema.exactlyOneOf, meant, owner);
    const isAbsent = (key: string): boolean => !present.has(key) && !meant.has(key);
    this.#checkFields(schema, node, { values, isAbsent });
    const isWhole = known.every((key) => Object.hasOwn(values, key) || !(present.has(key) || isRequired(schema, key)));
    return isWhole ? values : undefined;
  }

  #checkFields(
    schema: ObjectSchema,
    node: MapNode,
    {
      values,
      isAbsent,
    }: { readonly values: Readonly<Record<string, unknown>>; readonly isAbsent: (key: string) => boolean },
  ): void {
    for (const { key, related, ...issue } of schema.check?.(values, isAbsent) ?? []) {
      const other = related && entryOf(node, related.key)?.value;
      const value = entryOf(node, key)?.value;
      if (value === undefined) continue;
      this.#report(issue, value, other && { message: related.message, range: other.range });
    }
  }

  #unknownKey({ key, keyRange }: YamlEntry, known: readonly string[], word: string | undefined): void {
    const help = suggestion(word, `Keys known here are ${known.join(', ')}.`);
    this.#fail('key-unknown', `the key "${key}" is not known here`, keyRange, help);
  }

  #checkExclusive(node: MapNode, keys: readonly string[], meant: ReadonlySet<string>, owner: TextRange): void {
    const [first, second] = node.entries.filter((entry) => keys.includes(entry.key));
    const names = keys.map((key) => `"${key}"`).join(' and ');
    if (first === undefined) {
      if (keys.some((key) => meant.has(key))) return;
      this.#fail('key-missing', `one of the keys ${names} is expected`, owner);
    } else if (second !== undefined && second.key !== first.key) {
      const related = { message: `"${first.key}" is here`, range: first.keyRange };
      this.#fail('key-conflict', `only one of the keys ${names} is expected`, second.keyRange, { related });
    }
  }

  #wrongType(schema: Schema, node: YamlNode): undefined {
    return this.#fail('type-wrong', `expected ${describeSchema(schema)}, got ${describeNode(node)}`, node.range);
  }

  #report({ part, severity = 'error', ...issue }: Issue, node: YamlNode, related?: Problem['related']): void {
    const range = node.type === 'scalar' ? partRange(node, part) : node.range;
    this.problems.push({ ...issue, severity, range, ...(related && { related }) });
  }

  #fail(
    code: Problem['code'],
    message: string,
    range: TextRange,
    details: Pick<Problem, 'hint' | 'replacement' | 'related'> = {},
  ): undefined {
    this.problems.push({ code, severity: 'error', message, range, ...details });
  }
}

function isRequired({ fields }: ObjectSchema, key: string): boolean {
  return fields[key]?.required === true;
}

function firstKeyRange(node: YamlNode): TextRange | undefined {
  return node.type === 'map' ? node.entries[0]?.keyRange : node.range;
}

/** The hint for an unknown word: the suggestion, else the given choice. */
function suggestion(word: string | undefined, choice: string): Pick<Problem, 'hint' | 'replacement'> {
  return word === undefined ? { hint: choice } : { hint: `Did you mean "${word}"?`, replacement: word };
}

/** Describes a node in words with an article. Values are not quoted: a misplaced secret must not be shown. */
function describeNode(node: YamlNode): string {
  if (node.type === 'list') return 'a list';
  if (node.type === 'map') return 'a mapping';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'a text';
  return typeof node.value === 'boolean' ? 'true or false' : 'a number';
}
