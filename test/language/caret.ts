import { type Position } from '../../server/src/protocol/language.ts';

/** Returns a text without its first `|>`, and the position of that mark. */
export function caret(marked: string): { readonly text: string; readonly position: Position } {
  const offset = marked.indexOf('|>');
  if (offset < 0) throw new Error('the text has no caret "|>"');
  const lines = marked.slice(0, offset).split('\n');
  return {
    text: marked.slice(0, offset) + marked.slice(offset + 2),
    position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
  };
}
