import { type NodeInfo } from '../../../server/src/protocol/commands.ts';

/** True for the path of a text that is a table. */
export function isTextTable(path: string): boolean {
  return /\.(csv|tsv|json|ndjson|jsonl)$/i.test(path);
}

/**
 * True for a file that opens as a table: one of rows, whatever its name, and a text of a table above a size in bytes. 0
 * leaves all texts as they are.
 */
export function opensAsTable(
  { type, name, size }: Pick<NodeInfo, 'type' | 'name' | 'size'>,
  textBytesMax: number,
): boolean {
  if (type === 'table' || type === 'series') return true;
  return type === 'file' && textBytesMax > 0 && size > textBytesMax && isTextTable(name);
}
