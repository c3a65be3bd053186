import { type ScalarNode } from './node.ts';
import { type Position } from './position.ts';

/**
 * The place in a document of a place in the text of one of its scalars: exact for a text on one line and for a literal
 * block (`|`); for texts whose characters do not stand in the document one by one it is where the scalar begins.
 */
export function documentPosition(node: ScalarNode, document: string, { line, character }: Position): Position {
  if (node.textStart !== undefined) {
    const { textStart } = node;
    return line === 0 ? { line: textStart.line, character: textStart.character + character } : textStart;
  }
  return inLiteralBlock(node, document, { line, character }) ?? node.range.start;
}

/** Undefined where the line of the value does not stand in the document as it is. */
function inLiteralBlock(node: ScalarNode, document: string, { line, character }: Position): Position | undefined {
  if (typeof node.value !== 'string') return undefined;
  const lines = document.split(/\r\n|\n|\r/);
  const { start } = node.range;
  if (!/^\|/.test(lines[start.line]?.slice(start.character) ?? '')) return undefined;
  const values = node.value.split('\n');
  // The first line with text is where the block's indentation shows, less what the text itself begins with.
  const first = values.findIndex((value) => value.trim() !== '');
  const written = lines[start.line + 1 + first] ?? '';
  const indent = written.length - (values[first] ?? '').length;
  const target = start.line + 1 + line;
  const isThere = first >= 0 && indent >= 0 && lines[target]?.slice(indent) === values[line];
  return isThere ? { line: target, character: indent + character } : undefined;
}
