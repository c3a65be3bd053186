import { checkText } from './checkText.ts';
import { entryOf, type YamlEntry, type MapNode, type ListNode, type YamlNode, type ScalarNode } from './yamlNode.ts';
import { type TextRange } from '../base/lineMap.ts';
import { type Problem } from './problem.ts';
import {
  type ChoiceSchema,
  describeSchema,
  type ListSchema,
  type MapSchema,
  type NumberSchema,
  type ObjectSchema,
  type Schema,
} from './schema.ts';
import { suggest } from '../base/suggest.ts';

/**
 * Returns the problems that keep `node` from having `shape`, in the order of the text within each mapping. A missing
 * key is reported at `owner`: the key whose value `node` is.
 */
export function checkSchema(node: YamlNode, shape: Schema, owner: TextRange): readonly Problem[] {
  if (shape.type === 'anything') return [];
  if (node.type === 'scalar' && node.value === null) {
    return [error('value-missing', `expected ${describeSchema(shape)}, got nothing`, node.range)];
  }
  switch (shape.type) {
    case 'text':
      return node.type === 'scalar' ? checkText(node, shape) : [wrongType(node, shape)];
    case 'number':
      return node.type === 'scalar' ? checkNumber(node, shape) : [wrongType(node, shape)];
    case 'choice':
      return node.type === 'scalar' ? checkChoice(node, shape) : [wrongType(node, shape)];
    case 'list':
      return node.type === 'list' ? checkList(node, shape, owner) : [wrongType(node, shape)];
    case 'map':
      return node.type === 'map' ? checkMap(node, shape, owner) : [wrongType(node, shape)];
    case 'object':
      return node.type === 'map' ? checkObject(node, shape, owner) : [wrongType(node, shape)];
  }
}

/** Describes a node in words with an article. Values are not quoted: a misplaced secret must not be shown. */
export function describeNode(node: YamlNode): string {
  if (node.type === 'list') return 'a list';
  if (node.type === 'map') return 'a mapping';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'a text';
  return typeof node.value === 'boolean' ? 'true or false' : 'a number';
}

function checkNumber(node: ScalarNode, shape: NumberSchema): readonly Problem[] {
  const { value } = node;
  if (typeof value !== 'number' && typeof value !== 'bigint') return [wrongType(node, shape)];
  if (shape.whole && typeof value === 'number') {
    return [error('type-wrong', `expected ${describeSchema(shape)}, got the number ${value}`, node.range)];
  }
  if (value >= shape.min && value <= shape.max) return [];
  return [error('number-range', `expected ${describeSchema(shape)}, got ${value}`, node.range)];
}

function checkChoice(node: ScalarNode, shape: ChoiceSchema): readonly Problem[] {
  if (typeof node.value !== 'string') return [wrongType(node, shape)];
  const word = shape.ignoreCase ? node.value.toLowerCase() : node.value;
  const words = shape.choices.map((choice) => choice.value);
  if (words.includes(word)) return [];
  const suggestion = suggest(word, words);
  const problem = error(shape.unknownCode, `"${node.value}" is not ${shape.label}`, node.range);
  return [{ ...problem, ...meaning(suggestion, `Write one of ${words.join(', ')}.`) }];
}

function checkList(node: ListNode, shape: ListSchema, owner: TextRange): readonly Problem[] {
  if (node.items.length === 0) return [error('list-empty', 'a list is expected to have at least one item', node.range)];
  const problems = node.items.flatMap((item) => checkSchema(item, shape.item, firstKeyRange(item) ?? owner));
  return shape.uniqueBy === undefined ? problems : [...problems, ...checkUnique(node, shape.uniqueBy)];
}

function firstKeyRange(node: YamlNode): TextRange | undefined {
  return node.type === 'map' ? node.entries[0]?.keyRange : node.range;
}

function checkUnique(node: ListNode, uniqueBy: string): readonly Problem[] {
  const seen = new Map<string, TextRange>();
  const problems: Problem[] = [];
  for (const item of node.items) {
    const value = uniqueBy === '.' ? item : entryOf(item, uniqueBy)?.value;
    if (value?.type !== 'scalar' || value.value === null) continue;
    const text = String(value.value);
    const first = seen.get(text);
    if (first === undefined) {
      seen.set(text, value.range);
      continue;
    }
    const what = uniqueBy === '.' ? `"${text}"` : `${uniqueBy} "${text}"`;
    const related = { message: 'the first is here', range: first };
    problems.push({ ...error('value-duplicate', `${what} is in the list twice`, value.range), related });
  }
  return problems;
}

function checkMap(node: MapNode, shape: MapSchema, owner: TextRange): readonly Problem[] {
  if (node.entries.length === 0 && !shape.mayBeEmpty) {
    return [error('list-empty', 'a mapping is expected to have at least one entry', owner)];
  }
  return node.entries.flatMap((entry) => [
    ...checkMapKey(entry, shape),
    ...checkSchema(entry.value, shape.value, entry.keyRange),
  ]);
}

function checkMapKey(entry: YamlEntry, shape: MapSchema): readonly Problem[] {
  const key: ScalarNode = { type: 'scalar', value: entry.key, range: entry.keyRange };
  return checkSchema(key, shape.key, entry.keyRange);
}

function checkObject(node: MapNode, shape: ObjectSchema, owner: TextRange): readonly Problem[] {
  const known = Object.keys(shape.fields);
  const present = new Set(node.entries.map((entry) => entry.key));
  const free = known.filter((key) => !present.has(key));
  const meant = new Set<string>();
  const found = node.entries.flatMap((entry) => {
    const field = Object.hasOwn(shape.fields, entry.key) ? shape.fields[entry.key] : undefined;
    if (field !== undefined) return checkSchema(entry.value, field.shape, entry.keyRange);
    const suggestion = suggest(entry.key, free);
    if (suggestion !== undefined) meant.add(suggestion);
    return [unknownKey(entry, known, suggestion)];
  });
  // A misspelled key is reported as unknown; reporting the right one as missing would repeat the mistake.
  const missing = free.filter((key) => shape.fields[key]?.required === true && !meant.has(key));
  const absent = missing.map((key) => error('key-missing', `the key "${key}" is missing`, owner));
  const excluded = shape.exactlyOneOf === undefined ? [] : checkExclusive(node, shape.exactlyOneOf, meant, owner);
  return [...found, ...absent, ...excluded, ...(shape.check?.(node) ?? [])];
}

function unknownKey(entry: YamlEntry, known: readonly string[], suggestion: string | undefined): Problem {
  const problem = error('key-unknown', `the key "${entry.key}" is not known here`, entry.keyRange);
  return { ...problem, ...meaning(suggestion, `Keys known here are ${known.join(', ')}.`) };
}

/** The hint for an unknown word: the suggestion, else the given choice. */
function meaning(suggestion: string | undefined, choice: string): Pick<Problem, 'hint' | 'replacement'> {
  return suggestion === undefined
    ? { hint: choice }
    : { hint: `Did you mean "${suggestion}"?`, replacement: suggestion };
}

function checkExclusive(
  node: MapNode,
  keys: readonly string[],
  meant: ReadonlySet<string>,
  owner: TextRange,
): readonly Problem[] {
  const found = node.entries.filter((entry) => keys.includes(entry.key));
  const [first, second] = found;
  const names = keys.map((key) => `"${key}"`).join(' and ');
  if (first === undefined) {
    if (keys.some((key) => meant.has(key))) return [];
    return [error('key-missing', `one of the keys ${names} is expected`, owner)];
  }
  if (second === undefined || second.key === first.key) return [];
  const related = { message: `"${first.key}" is here`, range: first.keyRange };
  return [{ ...error('key-conflict', `only one of the keys ${names} is expected`, second.keyRange), related }];
}

function wrongType(node: YamlNode, shape: Schema): Problem {
  return error('type-wrong', `expected ${describeSchema(shape)}, got ${describeNode(node)}`, node.range);
}

function error(code: Problem['code'], message: string, range: TextRange): Problem {
  return { code, severity: 'error', message, range };
}
