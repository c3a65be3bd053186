import {
  templateFilters,
  templateFunctions,
  type TemplateName,
  templateStatements,
  type TemplateValue,
} from '../documents/templateNames.ts';

/** A tag that a text leaves open, and what the loops and statements before it name. */
interface OpenTag {
  /** Text of the tag up to the cursor. */
  readonly inside: string;
  readonly isStatement: boolean;
  readonly scope: readonly TemplateName[];
}

/** Length of a name at most. */
const nameMax = 40;

const closings: Readonly<Record<string, string>> = { '{': '}}', '%': '%}', '#': '#}' };

/**
 * Returns the names that may stand at the end of the beginning of a template, before the letters that are typed already; none
 * outside of its tags, and in a text in quotes.
 */
export function namesAt(text: string, variables: readonly TemplateName[]): readonly TemplateName[] {
  const tag = openTag(text, variables);
  if (tag === undefined || isQuoted(tag.inside)) return [];
  const before = tag.inside.slice(0, tag.inside.length - wordBefore(tag.inside).length);
  if (before.endsWith('.')) return valueOf(pathAtEnd(before.slice(0, -1)), tag.scope).members ?? [];
  const words = before.trimEnd();
  if (words.endsWith('|')) return templateFilters;
  if (tag.isStatement && /^[-+]?$/.test(words)) return templateStatements;
  return [...tag.scope, ...templateFunctions];
}

/** The letters of a name at the end of a text; names are shorter than what is looked at. */
export function wordBefore(text: string): string {
  return /\w*$/.exec(text.slice(-nameMax))?.[0] ?? '';
}

function openTag(text: string, variables: readonly TemplateName[]): OpenTag | undefined {
  const opening = /\{[{%#]/g;
  const loops: (readonly TemplateName[])[] = [variables];
  for (;;) {
    const start = opening.exec(text);
    if (start === null) return undefined;
    const kind = start[0].charAt(1);
    const end = text.indexOf(closings[kind] ?? '', opening.lastIndex);
    const inside = text.slice(opening.lastIndex, end < 0 ? text.length : end);
    if (end < 0)
      return kind === '#' ? undefined : { inside, isStatement: kind === '%', scope: loops.toReversed().flat() };
    if (kind === '%') follow(inside, loops);
    opening.lastIndex = end + 2;
  }
}

/** Adds what a statement names to the names of the loops around it. */
function follow(statement: string, loops: (readonly TemplateName[])[]): void {
  const words = statement.replace(/^[-+]/, '').trim();
  const value = (expression: string): TemplateValue => valueOf(expression.trim(), loops.toReversed().flat());
  const loop = /^for\s+(\w+)(?:\s*,\s*(\w+))?\s+in\s+(\S[^]*)$/.exec(words);
  const assigned = /^set\s+(\w+)\s*=([^]*)$/.exec(words);
  if (loop !== null) {
    const [, first = '', second, list = ''] = loop;
    const doc = `each of \`${list.slice(0, 60).trim()}\``;
    // The names of its items come last: a value may have a name and a meaning of its own.
    const item = { ...value(list).items, name: second ?? first, doc };
    loops.push(second === undefined ? [item] : [{ name: first, doc }, item]);
  } else if (/^endfor\b/.test(words) && loops.length > 1) loops.pop();
  else if (assigned !== null) {
    const [, name = '', expression = ''] = assigned;
    const set = { ...value(expression), name, doc: 'a value that was set before' };
    loops.push([set, ...(loops.pop() ?? [])]);
  }
}

/** Names after a path such as `export[args[0]]`, or after a group; none after any other expression. */
function valueOf(expression: string, scope: readonly TemplateName[]): TemplateValue {
  const grouped = /^group\([^]*\bin\s*=\s*([\w.[\]]+)/.exec(expression)?.[1];
  if (grouped !== undefined) return { items: valueOf(grouped, scope) };
  const first = /^\w+/.exec(expression)?.[0] ?? '';
  let value: TemplateValue = scope.find(({ name }) => name === first) ?? {};
  for (let at = first.length; at < expression.length;) {
    const member = /^\.(\w+)/.exec(expression.slice(at, at + nameMax));
    if (member !== null) {
      value = value.members?.find(({ name }) => name === member[1]) ?? {};
      at += member[0].length;
    } else if (expression[at] === '[') {
      value = value.items ?? {};
      at = afterBracket(expression, at);
    } else break;
  }
  return value;
}

function afterBracket(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '[') depth += 1;
    else if (text[at] === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** The path that a text ends with, such as `export[args[0]]`. */
function pathAtEnd(text: string): string {
  let [at, depth] = [text.length, 0];
  for (; at > 0; at -= 1) {
    const letter = text.charAt(at - 1);
    if (letter === ']') depth += 1;
    else if (letter === '[' && depth > 0) depth -= 1;
    else if (depth === 0 && !/[\w.]/.test(letter)) break;
  }
  return text.slice(at);
}

function isQuoted(text: string): boolean {
  let quote = '';
  for (const letter of text) {
    if (letter === quote) quote = '';
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
  }
  return quote !== '';
}
