import { Fields, type LogPosition, parseObject } from './fields.ts';

/** A type of a column. Primitive types are names such as `long` or `decimal(10,2)`. */
export type DeltaType =
  | { readonly kind: 'primitive'; readonly name: string }
  | { readonly kind: 'struct'; readonly fields: readonly DeltaField[] }
  | { readonly kind: 'array'; readonly element: DeltaType }
  | { readonly kind: 'map'; readonly key: DeltaType; readonly value: DeltaType };

/** A column of a table, or a field of a struct. */
export interface DeltaField {
  readonly name: string;
  readonly type: DeltaType;
}

/** Levels of nested types: more than any table has, and few enough for the stack. */
const depthMax = 64;

/** Returns the columns in the schema of a table's metadata. Fails `pond-damaged` for a text that is not a schema. */
export function parseSchema(schemaString: string): readonly DeltaField[] {
  const place: LogPosition = { part: 'metaData.schemaString' };
  return fieldsOf(new Fields(parseObject(schemaString, 'the schema', place), 'schema', place), 0);
}

function fieldsOf(struct: Fields, depth: number): readonly DeltaField[] {
  return struct.objects('fields').map((field) => ({ name: field.text('name'), type: typeOf(field, 'type', depth) }));
}

function typeOf(fields: Fields, name: string, depth: number): DeltaType {
  if (depth > depthMax) throw fields.wrong(name, 'a type of fewer levels');
  if (typeof fields.value(name) === 'string') return { kind: 'primitive', name: fields.text(name) };
  const nested = fields.fields(name);
  const kind = nested.oneOf('type', ['struct', 'array', 'map']);
  if (kind === 'struct') return { kind, fields: fieldsOf(nested, depth + 1) };
  if (kind === 'array') return { kind, element: typeOf(nested, 'elementType', depth + 1) };
  return { kind, key: typeOf(nested, 'keyType', depth + 1), value: typeOf(nested, 'valueType', depth + 1) };
}
