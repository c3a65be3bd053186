import { type Range } from './position.ts';

/**
 * A YAML value with the place of each of its parts. An alias is the very node that its anchor names, so nodes form a
 * graph without loops; document.ts bounds the number of nodes that a walk along all paths meets.
 */
export type Node = ScalarNode | ListNode | MapNode;

/** A text, a number, true, false or nothing. */
export interface ScalarNode {
  readonly type: 'scalar';
  /** Whole numbers are bigint, so that 64-bit identifiers stay exact. */
  readonly value: string | number | bigint | boolean | null;
  /** Where it is written; the key's range when nothing is written after the colon. */
  readonly range: Range;
  /**
   * Start of the text inside the scalar, when the characters of `value` stand in the source one by one on a single line,
   * so that a part of the value can be pointed at; undefined for escapes, folded and block text.
   */
  readonly textStart?: { readonly line: number; readonly character: number };
}

/** A list: `- a` lines or `[a, b]`. */
export interface ListNode {
  readonly type: 'list';
  readonly items: readonly Node[];
  readonly range: Range;
}

/** A mapping: `key: value` lines or `{ key: value }`. */
export interface MapNode {
  readonly type: 'map';
  readonly entries: readonly Entry[];
  readonly range: Range;
}

/** One `key: value` of a mapping. Keys of an entry list may repeat; the first counts. */
export interface Entry {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: Node;
}

/** Returns the entry with that key, the first when there are several, or undefined. */
export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  return node?.type === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** Returns the text under that key, or undefined when there is no such key or its value is no text. */
export function textOf(node: Node | undefined, key: string): string | undefined {
  const value = entryOf(node, key)?.value;
  return value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** Returns the range of a part of a scalar's text, or the whole scalar's where parts cannot be pointed at. */
export function partRange(node: ScalarNode, part: { readonly start: number; readonly end: number } | undefined): Range {
  if (part === undefined || node.textStart === undefined) return node.range;
  const { line, character } = node.textStart;
  return {
    start: { line, character: character + part.start },
    end: { line, character: character + part.end },
  };
}
