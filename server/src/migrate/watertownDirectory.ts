/** Directories of a Watertown pond: each change writes all entries again, as an Arrow stream. */
import { tableFromIPC } from 'apache-arrow';
import { damagedSource, problemIn } from './checkedContent.ts';
import { nodeIdForm } from './watertownRow.ts';

/** An entry of a directory. */
export interface WatertownEntry {
  readonly name: string;
  readonly nodeId: string;
  /** As the entry states it; the rows of the node decide. */
  readonly type: string;
  /** Of a node of another pond that is mounted here. */
  readonly pondId: string | undefined;
}

/** Returns the entries of a snapshot; none for empty bytes. Fails `pond-damaged`. */
export function watertownEntries(bytes: Uint8Array, location: string): readonly WatertownEntry[] {
  if (bytes.length === 0) return [];
  try {
    const table = tableFromIPC(bytes);
    // Each row has a name of its own.
    if (table.numRows > bytes.length)
      throw damagedSource(location, `${table.numRows} entries in ${bytes.length} bytes`);
    const columns = ['name', 'child_node_id', 'entry_type', 'pond_id'].map((name) => table.getChild(name));
    // Other bytes may decode as a stream without columns, which is not an empty directory.
    if (columns.slice(0, -1).includes(null)) throw damagedSource(location, 'the entries of a directory lack a column');
    return Array.from({ length: table.numRows }, (_, row) => {
      const [name, nodeId, type, pondId] = columns.map((column): unknown => column?.get(row) ?? undefined);
      if (
        typeof name !== 'string' ||
        typeof nodeId !== 'string' ||
        !nodeIdForm.test(nodeId) ||
        typeof type !== 'string'
      ) {
        throw damagedSource(location, `entry ${row + 1} of a directory is not valid`);
      }
      return { name, nodeId, type, pondId: typeof pondId === 'string' ? pondId : undefined };
    });
  } catch (cause) {
    if (cause instanceof Error && cause.name !== 'PondError') {
      throw damagedSource(location, `the entries of a directory cannot be decoded: ${cause.message}`, cause);
    }
    throw damagedSource(location, problemIn(cause, location), cause);
  }
}
