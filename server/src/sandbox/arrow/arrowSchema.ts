import { fieldIn, targetOf } from '../flatTables.ts';

/** Types that apache-arrow does not read, by their number in the metadata. */
const unread: ReadonlyMap<number, string> = new Map([
  [22, 'RunEndEncoded'],
  [25, 'ListView'],
  [26, 'LargeListView'],
]);

/** Fields of a schema: its columns. */
export const fieldsField = 1;
const nameField = 0;
/** Fields of a column: the kind of its type, the type, and the columns inside. */
export const [kindField, typeField, childrenField] = [2, 3, 5] as const;

/** Throws for a column that cannot be read. `schema` is the position of a schema that was found sound. */
export function requireReadTypes(view: DataView, schema: number): void {
  for (const column of tablesIn(view, schema, fieldsField)) {
    const type = unreadTypeOf(view, column);
    if (type !== undefined)
      throw new Error(`column "${nameOf(view, column)}": the Arrow type ${type} is not supported`);
  }
}

function unreadTypeOf(view: DataView, field: number): string | undefined {
  const at = fieldIn(view, field, kindField);
  const own = at === undefined ? undefined : unread.get(view.getUint8(at));
  if (own !== undefined) return own;
  for (const child of tablesIn(view, field, childrenField)) {
    const inner = unreadTypeOf(view, child);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Returns the name of a column. */
export function nameOf(view: DataView, field: number): string {
  const at = fieldIn(view, field, nameField);
  if (at === undefined) return '';
  const text = targetOf(view, at);
  return Buffer.from(view.buffer, view.byteOffset + text + 4, view.getUint32(text, true)).toString('utf8');
}

/** Returns the positions of the tables of a list; none where the field is missing. */
export function tablesIn(view: DataView, table: number, field: number): readonly number[] {
  const at = fieldIn(view, table, field);
  if (at === undefined) return [];
  const list = targetOf(view, at);
  return Array.from({ length: view.getUint32(list, true) }, (_, index) => targetOf(view, list + 4 + 4 * index));
}
