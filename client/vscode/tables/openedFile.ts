import { type NodeInfo } from '../../../server/src/protocol/commands.ts';

/** Names of texts that are tables. */
const textTable = /\.(csv|tsv|json|ndjson|jsonl)$/i;

/**
 * True for a file that opens as a table: one of rows, whatever its name, and a text of a table above a size in bytes. 0
 * leaves all texts as they are.
 */
export function opensAsTable(
  { type, name, size }: Pick<NodeInfo, 'type' | 'name' | 'size'>,
  textBytesMax: number,
): boolean {
  if (type === 'table' || type === 'series') return true;
  return type === 'file' && textBytesMax > 0 && size > textBytesMax && textTable.test(name);
}
