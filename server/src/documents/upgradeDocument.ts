import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { type YamlEntry, type YamlNode, type ScalarNode } from './yamlNode.ts';
import { type LineMap, type SourcePosition, type TextRange } from '../base/lineMap.ts';
import { type Problem, type ProblemCode } from './problem.ts';

const depthMax = 64;
/** Maximum number of values in one document, each counted as often as aliases repeat it. */
const valuesMax = 100_000;

/** A document as nodes, with the problems of the conversion. */
export interface UpgradedDocument {
  readonly root: YamlNode | undefined;
  readonly problems: readonly Problem[];
  /** The exceeded limit; then `root` is incomplete. */
  readonly limit: Problem | undefined;
}

/** A value, with the number of values it holds, itself included, and its depth: the cost of each use. */
interface Sized {
  readonly node: YamlNode;
  readonly count: number;
  readonly depth: number;
}

/**
 * Returns the parser's document as nodes with positions. Aliases become the node they refer to, counted at every use,
 * so that a short text that expands to a billion values is rejected after 100,000.
 */
export function upgradeDocument(options: {
  readonly text: string;
  readonly lines: LineMap;
  readonly document: Document.Parsed;
}): UpgradedDocument {
  const { text, lines, document } = options;
  const problems: Problem[] = [];
  const anchors = new Map<string, Sized | 'open'>();
  let limit: Problem | undefined;
  let total = 0;

  const root = document.contents === null ? undefined : convert(document.contents, rangeOf(document.contents), 0).node;
  return { root: isBlank(document) ? undefined : root, problems, limit };

  function convert(source: unknown, fallback: TextRange, depth: number): Sized {
    if (limit !== undefined) return leaf(null, fallback);
    if (isAlias(source)) return convertAlias(source.source, rangeOf(source), depth);
    const range = isRanged(source) ? rangeOf(source) : fallback;
    if (!count(1, range, depth)) return leaf(null, range);
    const anchor = isRanged(source) ? source.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const sized = convertValue(source, range, fallback, depth);
    if (anchor !== undefined) anchors.set(anchor, sized);
    return sized;
  }

  function convertAlias(name: string, range: TextRange, depth: number): Sized {
    const target = anchors.get(name);
    if (target === undefined) {
      report('yaml-alias-unknown', `no anchor "&${name}" stands before the alias "*${name}"`, range, {
        hint: `To write a text that begins with "*", put it in quotes.`,
      });
      return leaf(`*${name}`, range);
    }
    if (target === 'open') {
      report('yaml-alias-loop', `the alias "*${name}" stands inside the value that it names`, range);
      return leaf(null, range);
    }
    return count(target.count, range, depth + target.depth) ? target : leaf(null, range);
  }

  function convertValue(source: unknown, range: TextRange, fallback: TextRange, depth: number): Sized {
    if (isBareTemplate(source)) return bareTemplate(range);
    if (isMap(source)) return convertMap(source, range, depth);
    if (isSeq(source)) {
      const items = source.items.map((item) => convert(item, range, depth + 1));
      return collect({ type: 'list', items: items.map((item) => item.node), range }, items);
    }
    return isScalar(source) ? { node: scalarNode(source, range, fallback), count: 1, depth: 0 } : leaf(null, fallback);
  }

  function convertMap(source: YAMLMap, range: TextRange, depth: number): Sized {
    const seen = new Map<string, TextRange>();
    const values: Sized[] = [];
    const entries: YamlEntry[] = [];
    for (const pair of source.items) {
      const keyRange = isRanged(pair.key) ? rangeOf(pair.key) : range;
      const key = keyText(pair);
      if (key === undefined) {
        report('key-not-text', 'a key is expected to be a text, got a list or a mapping', keyRange);
        continue;
      }
      const first = seen.get(key);
      if (first === undefined) seen.set(key, keyRange);
      else reportDuplicate(key, keyRange, first);
      const value = convert(pair.value, keyRange, depth + 1);
      values.push(value);
      entries.push({ key, keyRange, value: value.node });
    }
    return collect({ type: 'map', entries, range }, values);
  }

  function scalarNode(source: Scalar, range: TextRange, fallback: TextRange): ScalarNode {
    const [start, end] = source.range ?? [0, 0];
    const written = text.slice(start, end);
    const value = isPlainValue(source.value) ? source.value : written;
    if (start === end) return { type: 'scalar', value, range: fallback };
    const lineStarts = typeof value === 'string' ? lineStartsOf(written, value, start) : undefined;
    return { type: 'scalar', value, range, ...(lineStarts && { lineStarts }) };
  }

  /** See ScalarNode; `written` is the scalar in the source, at `start`. */
  function lineStartsOf(written: string, value: string, start: number): readonly SourcePosition[] | undefined {
    const at = lines.positionAt(start);
    if (written.startsWith('|')) return blockLines(written, value, at);
    const quote = /^["']/.test(written) ? 1 : 0;
    const isExact = written.slice(quote, written.length - quote) === value && !/[\r\n]/.test(value);
    return isExact ? [{ line: at.line, character: at.character + quote }] : undefined;
  }

  function bareTemplate(range: TextRange): Sized {
    report('template-unquoted', 'YAML reads an unquoted "{{ }}" as a mapping', range, {
      hint: 'Put the whole value in quotes: "{{ name }}".',
    });
    return leaf('{{ }}', range);
  }

  /** Counts values toward the limits. Returns false, which stops the conversion, when one is exceeded. */
  function count(values: number, range: TextRange, depth: number): boolean {
    total += values;
    if (depth > depthMax) {
      const message = `values are nested at most ${depthMax} deep`;
      limit ??= { code: 'yaml-too-deep', severity: 'error', message, range };
    } else if (total > valuesMax) {
      const message = `a document has at most ${valuesMax} values, aliases followed`;
      limit ??= { code: 'yaml-too-many', severity: 'error', message, range };
    }
    return limit === undefined;
  }

  function report(
    code: ProblemCode,
    message: string,
    range: TextRange,
    more: Pick<Problem, 'hint' | 'related'> = {},
  ): void {
    problems.push({ code, severity: 'error', message, range, ...more });
  }

  function reportDuplicate(key: string, range: TextRange, first: TextRange): void {
    const related = { message: 'the first is here', range: first };
    report('key-duplicate', `the key "${key}" stands twice in one mapping`, range, { related });
  }

  function rangeOf(source: unknown): TextRange {
    const [start, end] = (isRanged(source) ? source.range : undefined) ?? [0, 0];
    // A block collection's end is the start of the next line; an editor should not underline the line break.
    return lines.rangeOf(start, start + text.slice(start, end).trimEnd().length);
  }
}

/** The lines of a literal block, which begins with its `|`; undefined unless the source has them unchanged. */
function blockLines(written: string, value: string, { line }: SourcePosition): readonly SourcePosition[] | undefined {
  const [, ...source] = written.split(/\r\n|\n|\r/);
  const values = value.split('\n');
  // The first line with text has the block's indentation, plus the leading spaces of the text itself.
  const first = values.findIndex((text) => text.trim() !== '');
  const indent = (source[first] ?? '').length - (values[first] ?? '').length;
  const isExact = first >= 0 && indent >= 0 && values.every((text, at) => (source[at] ?? '').slice(indent) === text);
  return isExact ? values.map((_, at) => ({ line: line + 1 + at, character: indent })) : undefined;
}

function leaf(value: ScalarNode['value'], range: TextRange): Sized {
  return { node: { type: 'scalar', value, range }, count: 1, depth: 0 };
}

function collect(node: YamlNode, children: readonly Sized[]): Sized {
  let count = 1;
  let depth = 0;
  for (const child of children) {
    count += child.count;
    depth = Math.max(depth, child.depth + 1);
  }
  return { node, count, depth };
}

function isRanged(source: unknown): source is { range?: [number, number, number] | null; anchor?: string } {
  return typeof source === 'object' && source !== null && 'range' in source;
}

function isPlainValue(value: unknown): value is ScalarNode['value'] {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** True for an unquoted `{{ … }}`, which is a flow mapping whose only key is a flow mapping. */
function isBareTemplate(source: unknown): boolean {
  return isMap(source) && source.flow === true && source.items.length === 1 && isMap(source.items[0]?.key);
}

/** A key's text as written, so that `1: x` and `true: x` have the keys "1" and "true". Undefined for a collection. */
function keyText(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return pair.key === null ? '' : undefined;
  return typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
}

function isBlank(document: Document.Parsed): boolean {
  const contents = document.contents;
  return isScalar(contents) && contents.value === null && contents.range[0] === contents.range[1];
}
