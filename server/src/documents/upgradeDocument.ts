import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { type YamlEntry, type YamlNode, type ScalarNode } from './yamlNode.ts';
import { type LineMap, type TextRange } from '../base/lineMap.ts';
import { textPositions } from './textPositions.ts';
import { type Problem, type ProblemCode } from './problem.ts';

const depthMax = 64;
/** Maximum number of values in one document, each counted as often as aliases repeat it. */
const valuesMax = 100_000;

/** A document as nodes, with the problems of the conversion. */
interface UpgradedDocument {
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

/** The parser's document, with the text that it was parsed from. */
interface Source {
  readonly text: string;
  readonly lines: LineMap;
  readonly document: Document.Parsed;
}

/**
 * Returns the parser's document as nodes with positions. Aliases become the node they refer to, counted at every use,
 * so that a short text that expands to a billion values is rejected after 100,000.
 */
export function upgradeDocument(source: Source): UpgradedDocument {
  return new Upgrade(source).run();
}

/** One conversion: collects the problems and anchors, and counts values toward the limits. */
class Upgrade {
  readonly #source: Source;
  readonly #problems: Problem[] = [];
  readonly #anchors = new Map<string, Sized | 'open'>();
  #limit: Problem | undefined;
  #total = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  run(): UpgradedDocument {
    const { document } = this.#source;
    const { contents } = document;
    const root = contents === null ? undefined : this.#convert(contents, this.#rangeOf(contents), 0).node;
    return { root: isBlank(document) ? undefined : root, problems: this.#problems, limit: this.#limit };
  }

  #convert(source: unknown, fallback: TextRange, depth: number): Sized {
    if (this.#limit !== undefined) return leaf(null, fallback);
    if (isAlias(source)) return this.#convertAlias(source.source, this.#rangeOf(source), depth);
    const range = isRanged(source) ? this.#rangeOf(source) : fallback;
    if (!this.#count(1, range, depth)) return leaf(null, range);
    const anchor = isRanged(source) ? source.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const sized = this.#convertValue(source, range, fallback, depth);
    if (anchor !== undefined) this.#anchors.set(anchor, sized);
    return sized;
  }

  #convertAlias(name: string, range: TextRange, depth: number): Sized {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#report('yaml-alias-unknown', `the alias "*${name}" has no anchor "&${name}" before it`, range, {
        hint: `To write a text that begins with "*", put it in quotes.`,
      });
      return leaf(`*${name}`, range);
    }
    if (target === 'open') {
      this.#report('yaml-alias-loop', `the alias "*${name}" is inside the value that it names`, range);
      return leaf(null, range);
    }
    return this.#count(target.count, range, depth + target.depth) ? target : leaf(null, range);
  }

  #convertValue(source: unknown, range: TextRange, fallback: TextRange, depth: number): Sized {
    if (isBareTemplate(source)) return this.#bareTemplate(range);
    if (isMap(source)) return this.#convertMap(source, range, depth);
    if (isSeq(source)) {
      const items = source.items.map((item) => this.#convert(item, range, depth + 1));
      return collect({ type: 'list', items: items.map((item) => item.node), range }, items);
    }
    return isScalar(source)
      ? { node: this.#scalarNode(source, range, fallback), count: 1, depth: 0 }
      : leaf(null, fallback);
  }

  #convertMap(source: YAMLMap, range: TextRange, depth: number): Sized {
    const seen = new Map<string, TextRange>();
    const values: Sized[] = [];
    const entries: YamlEntry[] = [];
    for (const pair of source.items) {
      const keyRange = isRanged(pair.key) ? this.#rangeOf(pair.key) : range;
      const key = keyText(pair);
      if (key === undefined) {
        this.#report('key-not-text', 'a key is expected to be a text, got a list or a mapping', keyRange);
        continue;
      }
      const first = seen.get(key);
      if (first === undefined) seen.set(key, keyRange);
      else this.#reportDuplicate(key, keyRange, first);
      const value = this.#convert(pair.value, keyRange, depth + 1);
      values.push(value);
      entries.push({ key, keyRange, value: value.node });
    }
    return collect({ type: 'map', entries, range }, values);
  }

  #scalarNode(source: Scalar, range: TextRange, fallback: TextRange): ScalarNode {
    const [start, end] = source.range ?? [0, 0];
    const written = this.#source.text.slice(start, end);
    const value = isPlainValue(source.value) ? source.value : written;
    if (start === end) return { type: 'scalar', value, range: fallback };
    const at = this.#source.lines.positionAt(start);
    return { type: 'scalar', value, range, ...(typeof value === 'string' && textPositions(written, value, at)) };
  }

  #bareTemplate(range: TextRange): Sized {
    this.#report('template-unquoted', 'YAML reads an unquoted "{{ }}" as a mapping', range, {
      hint: 'Put the whole value in quotes: "{{ name }}".',
    });
    return leaf('{{ }}', range);
  }

  /** Counts values toward the limits. Returns false, which stops the conversion, when one is exceeded. */
  #count(values: number, range: TextRange, depth: number): boolean {
    this.#total += values;
    if (depth > depthMax) {
      const message = `values are nested at most ${depthMax} deep`;
      this.#limit ??= { code: 'yaml-too-deep', severity: 'error', message, range };
    } else if (this.#total > valuesMax) {
      const message = `a document has at most ${valuesMax} values, aliases followed`;
      this.#limit ??= { code: 'yaml-too-many', severity: 'error', message, range };
    }
    return this.#limit === undefined;
  }

  #report(code: ProblemCode, message: string, range: TextRange, more: Pick<Problem, 'hint' | 'related'> = {}): void {
    this.#problems.push({ code, severity: 'error', message, range, ...more });
  }

  #reportDuplicate(key: string, range: TextRange, first: TextRange): void {
    const related = { message: 'the first is here', range: first };
    this.#report('key-duplicate', `the mapping has the key "${key}" twice`, range, { related });
  }

  #rangeOf(source: unknown): TextRange {
    const [start, end] = (isRanged(source) ? source.range : undefined) ?? [0, 0];
    // A block collection's end is the start of the next line; an editor should not underline the line break.
    return this.#source.lines.rangeOf(start, start + this.#source.text.slice(start, end).trimEnd().length);
  }
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
