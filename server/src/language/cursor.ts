import { type Position, type Range } from '../protocol/language.ts';

/** Replaces the word being typed while the text is parsed. No document has such a key. */
export const cursorKey = '__cursor__';

/**
 * The word being typed at a position, and the text with a placeholder for it, which parses where a partial word would
 * not.
 */
export interface Cursor {
  readonly text: string;
  /** A key, or the value of a key, or an item of a flow list. */
  readonly typing: 'key' | 'value';
  /** Key of the value; undefined while a key is typed. */
  readonly key: string | undefined;
  /** The word that a completion replaces. */
  readonly range: Range;
  /** True when a colon follows the word, so that a completed key must not add another. */
  readonly hasColon: boolean;
  /** Columns between the line's own indentation and the word: the width of `- ` before it. */
  readonly extraIndent: number;
}

const keyLine = /^([ \t]*)((?:- +)*)(["']?[\w-]*)$/;
const valueLine =
  /^([ \t]*)((?:- +)*)([\w-]+):[ \t]+((?:["']?[^"'#[\]{}]*)|\[(?:[^[\]{}#]*,)?[ \t]*["']?[^"'#[\]{},]*)$/;

/** Returns the word being typed at the position, or undefined where there are no completions, as in a comment. */
export function cursorAt(text: string, position: Position): Cursor | undefined {
  const lines = text.split(/\r\n|\n|\r/);
  const line = lines[position.line];
  if (line === undefined || position.character > line.length) return undefined;
  const before = line.slice(0, position.character);
  const after = line.slice(position.character);

  const key = keyLine.exec(before);
  if (key !== null) {
    const [, indent = '', dashes = '', word = ''] = key;
    const ending = /^[\w-]*["']?/.exec(after)?.[0] ?? '';
    return {
      text: replaceLine(`${indent}${dashes}${cursorKey}:`),
      typing: 'key',
      key: undefined,
      range: rangeOf(word.length, ending.length),
      hasColon: /^\s*:/.test(after.slice(ending.length)),
      extraIndent: dashes.length,
    };
  }

  const value = valueLine.exec(before);
  if (value === null) return undefined;
  const [, indent = '', dashes = '', name = '', written = ''] = value;
  const word = written.startsWith('[') ? written.slice(1).replace(/^.*,/, '').trimStart() : written;
  const ending = written.startsWith('[') ? (/^[^,\]]*/.exec(after)?.[0] ?? '') : after.replace(/\s+#.*$/, '').trimEnd();
  return {
    text: replaceLine(`${indent}${dashes}${cursorKey}:`),
    typing: 'value',
    key: name,
    range: rangeOf(word.length, ending.length),
    hasColon: false,
    extraIndent: dashes.length,
  };

  function replaceLine(replacement: string): string {
    return lines.map((other, index) => (index === position.line ? replacement : other)).join('\n');
  }

  function rangeOf(lengthBefore: number, lengthAfter: number): Range {
    const { line: row, character } = position;
    return {
      start: { line: row, character: character - lengthBefore },
      end: { line: row, character: character + lengthAfter },
    };
  }
}
