import { createLineMap, type SourcePosition, type TextRange } from '../base/lineMap.ts';

/**
 * A YAML value with the positions of its parts. An alias is the same node as its anchor, so nodes form an acyclic
 * graph; document.ts limits the number of nodes that a walk along all paths visits.
 */
export type YamlNode = ScalarNode | ListNode | MapNode;

/** A text, a number, true, false or null. */
export interface ScalarNode {
  readonly type: 'scalar';
  /** Whole numbers are bigint, so that 64-bit identifiers stay exact. */
  readonly value: string | number | bigint | boolean | null;
  /** Range of the source; the key's range when nothing is written after the colon. */
  readonly range: TextRange;
  /**
   * Start of each line of the text in the source, when its characters map one to one: a single-line text, or a literal
   * block (`|`). Undefined for escapes, and for folded text, whose parts have no positions.
   */
  readonly lineStarts?: readonly SourcePosition[];
  /** Column in the source of each character of a quoted text with escapes on one line, and of its end. */
  readonly columns?: readonly number[];
}

/** A list: `- a` lines or `[a, b]`. */
export interface ListNode {
  readonly type: 'list';
  readonly items: readonly YamlNode[];
  readonly range: TextRange;
}

/** A mapping: `key: value` lines or `{ key: value }`. */
export interface MapNode {
  readonly type: 'map';
  readonly entries: readonly YamlEntry[];
  readonly range: TextRange;
}

/** One `key: value` of a mapping. Keys of an entry list may repeat; the first counts. */
export interface YamlEntry {
  readonly key: string;
  readonly keyRange: TextRange;
  readonly value: YamlNode;
}

/** Returns the entry with that key, the first when there are several, or undefined. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.type === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** Returns the text under that key, or undefined when the key is missing or its value is not a text. */
export function textOf(node: YamlNode | undefined, key: string): string | undefined {
  const value = entryOf(node, key)?.value;
  return value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** Path of a value in a document: keys of mappings and indexes of lists, from the root. */
export type ValuePath = readonly (string | number)[];

/** Returns the node at `path`, or undefined. */
export function nodeAt(root: YamlNode, path: ValuePath): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const step of path) {
    if (node?.type === 'list' && typeof step === 'number') node = node.items[step];
    else if (node?.type === 'map') node = node.entries.find((entry) => entry.key === step)?.value;
    else return undefined;
  }
  return node;
}

/** Returns the range of a part of a scalar's text, or the whole scalar's when parts have no positions. */
export function partRange(
  node: ScalarNode,
  part: { readonly start: number; readonly end: number } | undefined,
): TextRange {
  if (part === undefined || typeof node.value !== 'string') return node.range;
  const text = node.value;
  const positionOf = (index: number): SourcePosition | undefined => {
    const lines = text.slice(0, index).split('\n');
    return positionInSource(node, { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 });
  };
  const start = positionOf(part.start);
  const end = positionOf(Math.max(part.start, Math.min(part.end, text.trimEnd().length)));
  return start === undefined || end === undefined ? node.range : { start, end };
}

/** Returns the source position of a position in a scalar's text; undefined when unknown. */
export function positionInSource(
  { value, range, lineStarts, columns }: ScalarNode,
  position: SourcePosition,
): SourcePosition | undefined {
  if (columns !== undefined && typeof value === 'string') {
    const character = columns[createLineMap(value).offsetAt(position)];
    return character === undefined ? undefined : { line: range.start.line, character };
  }
  const start = lineStarts?.[position.line];
  return start && { line: start.line, character: start.character + position.character };
}

/** Returns the index in a scalar's text of a source position; undefined outside of the text, and when unknown. */
export function indexInText(
  { value, range, lineStarts, columns }: ScalarNode,
  { line, character }: SourcePosition,
): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (columns !== undefined) {
    const index = line === range.start.line ? columns.indexOf(character) : -1;
    return index < 0 ? undefined : index;
  }
  const at = lineStarts?.findIndex((start) => start.line === line) ?? -1;
  const inLine = character - (lineStarts?.[at]?.character ?? 0);
  const before = value.split('\n').slice(0, at + 1);
  const length = before.pop()?.length ?? 0;
  // After its last line break, a block has no line of its own: the line there may be the next key.
  const isBelow = at > 0 && at + 1 === lineStarts?.length && length === 0;
  if (at < 0 || inLine < 0 || inLine > length || isBelow) return undefined;
  return before.reduce((sum, text) => sum + text.length + 1, inLine);
}
