/**
 * Checks of FlatBuffers, the format of the metadata in Arrow files. Its decoder follows offsets and counts without
 * comparing them with the bytes that there are: a wrong count makes it allocate until memory is full.
 */

/** Content of a field that refers to other bytes; fields of plain numbers need no check. */
export type FlatField =
  | 'text'
  | { readonly table: FlatTable }
  | { readonly tables: FlatTable }
  /** A list of values of this many bytes each. */
  | { readonly items: number }
  /** A table whose kind is the number in another field. */
  | { readonly kindIn: number; readonly tableOf: (kind: number) => FlatTable };

/** Fields of a table, by their number. A function, as tables may contain tables of their own kind. */
export type FlatTable = () => ReadonlyMap<number, FlatField>;

/** Maximum depth of tables in tables. */
const depthMax = 100;

interface Scope {
  readonly view: DataView;
  /** Tables that may still be visited: fewer than there are bytes, unless tables refer to one another. */
  left: number;
}

/** True when all that a root table refers to is in the bytes. */
export function isSoundRoot(bytes: Uint8Array, table: FlatTable): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return isTable({ view, left: bytes.length }, targetOf(view, 0), { table, depth: 0 });
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Position of a field in a table; undefined for a field that it lacks. Throws RangeError outside of the bytes. */
export function fieldIn(view: DataView, table: number, field: number): number | undefined {
  const layout = table - view.getInt32(table, true);
  const size = view.getUint16(layout, true);
  const entry = 4 + 2 * field;
  const offset = entry + 2 <= size ? view.getUint16(layout + entry, true) : 0;
  return offset === 0 ? undefined : table + offset;
}

/** The position to which the offset at a position leads. Throws RangeError outside of the bytes. */
export function targetOf(view: DataView, position: number): number {
  const target = position + view.getUint32(position, true);
  // Every target begins with four bytes.
  view.getUint32(target, true);
  return target;
}

function isTable(
  scope: Scope,
  position: number,
  { table, depth }: { readonly table: FlatTable; readonly depth: number },
): boolean {
  scope.left -= 1;
  if (scope.left < 0 || depth > depthMax) return false;
  const { view } = scope;
  return [...table()].every(([number, field]) => {
    const at = fieldIn(view, position, number);
    if (at === undefined) return true;
    const target = targetOf(view, at);
    const isInner = (inner: FlatTable, start: number) => isTable(scope, start, { table: inner, depth: depth + 1 });
    if (field === 'text') return isList(view, target, 1);
    if ('items' in field) return isList(view, target, field.items);
    if ('table' in field) return isInner(field.table, target);
    if ('kindIn' in field) {
      const kindAt = fieldIn(view, position, field.kindIn);
      return isInner(field.tableOf(kindAt === undefined ? 0 : view.getUint8(kindAt)), target);
    }
    if (!isList(view, target, 4)) return false;
    const count = view.getUint32(target, true);
    for (let index = 0; index < count; index += 1) {
      if (!isInner(field.tables, targetOf(view, target + 4 + 4 * index))) return false;
    }
    return true;
  });
}

function isList(view: DataView, position: number, itemBytes: number): boolean {
  return position + 4 + view.getUint32(position, true) * itemBytes <= view.byteLength;
}
