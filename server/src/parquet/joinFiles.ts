/**
 * Joins Parquet files: the row groups of all, one file after another. Their bytes are copied as they are, and only their
 * positions change in the footer, so each value is read as it was, whatever its type. A column that some of the files lack
 * gets chunks of nulls there.
 *
 * Files whose footers a reader could read differently in company are not joined: other types for a name, names
 * that differ in case alone, nested columns unless all are alike, other writers, or encryption.
 */
import { footerBytesOf, footerTailBytes } from './footer.ts';
import { nullChunk, nullPage } from './nullChunk.ts';
import { typeOf } from './thrift.ts';
import {
  readTree,
  type ThriftField,
  type ThriftList,
  type ThriftTree,
  type ThriftValue,
  writeTree,
} from './thriftTree.ts';

const magic = Buffer.from('PAR1');

/** Ids of the fields of a footer, FileMetaData. */
const footer = { schema: 2, rows: 3, groups: 4, texts: 5, orders: 7, encryption: 8, signingKey: 9 } as const;
/** Of its schema's elements. */
const element = { type: 1, repetition: 3, name: 4, children: 5 } as const;
/** Of its row groups; the positions are indices of bytes, and the ordinal is the number among the groups. */
const group = { columns: 1, rows: 3, sorting: 4, position: 5, ordinal: 7 } as const;
/** Of the column chunks in a row group. */
const chunk = { path: 1, position: 2, metadata: 3, positions: [2, 4, 6], encrypted: [8, 9] } as const;
/** Of the metadata of a chunk. */
const metadata = { bytes: 7, page: 9, dictionary: 11, positions: [9, 10, 11, 14] } as const;

const optional = 1;

/** A column that is not nested. */
interface Column {
  readonly name: string;
  readonly tree: ThriftTree;
  /** Bytes of its element. */
  readonly text: string;
  readonly isOptional: boolean;
}

/** A row group in one of the joined files. */
interface Group {
  readonly tree: ThriftTree;
  /** Bytes by which its positions change. */
  readonly shift: number;
  /** Names of its columns in lower case, in their order. */
  readonly names: readonly string[];
}

/** Files that are read as one. */
export class JoinedParquet {
  /** The last footer, for its texts. */
  #footer: ThriftTree;
  /** Equal in all files: schema elements apart from the columns, version, writer, and the texts of others. */
  readonly #form: string;
  readonly #root: ThriftTree;
  /** By name in lower case; undefined for a schema with nested columns or names that are alike. */
  #columns: ReadonlyMap<string, Column> | undefined;
  /** Bytes of the schema. */
  #schema: string;
  readonly #groups: Group[];
  readonly #data: Uint8Array[];
  #dataBytes: number;

  private constructor(bytes: Uint8Array, tree: ThriftTree, dataEnd: number) {
    const elements = treesOf(tree.get(footer.schema));
    const [root, ...others] = elements;
    if (root === undefined || tree.has(footer.encryption) || tree.has(footer.signingKey)) throw new Error('encrypted');
    this.#footer = tree;
    this.#form = formOf(tree, root);
    this.#root = root;
    this.#columns = flatColumns(others);
    this.#schema = elements.map(textOf).join('/');
    const names = [...(this.#columns?.keys() ?? [])];
    this.#groups = treesOf(tree.get(footer.groups)).map((each) => ({
      tree: soundGroup(each, dataEnd),
      shift: 0,
      names,
    }));
    this.#data = [bytes.subarray(magic.length, dataEnd)];
    this.#dataBytes = dataEnd - magic.length;
  }

  /** Returns a file to which others can be added; undefined for one that cannot be joined, or is not Parquet. */
  static of(bytes: Uint8Array): JoinedParquet | undefined {
    try {
      const footerStart = bytes.length - (footerBytesOf(bytes.subarray(-footerTailBytes), bytes.length) ?? NaN);
      if (!(footerStart >= magic.length)) return undefined;
      return new JoinedParquet(bytes, readTree({ bytes, at: footerStart }), footerStart);
    } catch {
      return undefined;
    }
  }

  /** Adds the row groups of another; false, changing nothing, when they cannot be in one file. */
  add(other: JoinedParquet): boolean {
    if (this.#form !== other.#form) return false;
    if (this.#schema !== other.#schema) {
      const columns = this.#columns && other.#columns && unionOf(this.#columns, other.#columns);
      if (columns === undefined) return false;
      this.#columns = columns;
      this.#schema = [this.#root, ...[...columns.values()].map(({ tree }) => tree)].map(textOf).join('/');
    }
    for (const each of other.#groups) this.#groups.push({ ...each, shift: each.shift + this.#dataBytes });
    this.#data.push(...other.#data);
    this.#dataBytes += other.#dataBytes;
    this.#footer = other.#footer;
    return true;
  }

  /** Returns the parts of the file, in order. */
  parts(): readonly Uint8Array[] {
    const pages = new Map<number, { readonly at: number; readonly bytes: Uint8Array }>();
    let end = magic.length + this.#dataBytes;
    const pageOf = (rows: number) => {
      const known = pages.get(rows);
      if (known !== undefined) return known;
      const page = { at: end, bytes: nullPage(rows) };
      end += page.bytes.length;
      pages.set(rows, page);
      return page;
    };
    const groups = this.#groups.map((each, index) => this.#groupAt(each, index, pageOf));
    const bytes = writeTree(this.#footerOf(groups));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [magic, ...this.#data, ...[...pages.values()].map((page) => page.bytes), bytes, length, magic];
  }

  /** A row group of the joined file, with all of its columns. */
  #groupAt(
    { tree, shift, names }: Group,
    index: number,
    pageOf: (rows: number) => { readonly at: number; readonly bytes: Uint8Array },
  ): ThriftTree {
    const own = treesOf(tree.get(group.columns)).map((each) => shifted(each, shift));
    const rows = integerOf(tree.get(group.rows)) ?? 0;
    const byName = new Map(names.map((name, at) => [name, own[at]]));
    const columns = this.#columns && [...this.#columns];
    const chunks = columns?.map(([key, { name, tree: schema }]) => {
      const type = Number(schema.get(element.type)?.value);
      return byName.get(key) ?? nullChunk({ name, type, rows }, pageOf(rows));
    });
    const fields = new Map(tree).set(group.columns, listOf(chunks ?? own));
    // It names columns by their numbers, which may be others here.
    fields.delete(group.sorting);
    if (tree.has(group.ordinal)) fields.set(group.ordinal, { type: typeOf.i16, value: index });
    return withPositions(fields, [group.position], shift);
  }

  #footerOf(groups: readonly ThriftTree[]): ThriftTree {
    const fields = new Map(this.#footer);
    const rows = groups.reduce((sum, tree) => sum + (integerOf(tree.get(group.rows)) ?? 0), 0);
    fields.set(footer.rows, { type: typeOf.i64, value: rows });
    fields.set(footer.groups, listOf(groups));
    if (this.#columns === undefined) return fields;
    const columns = [...this.#columns.values()].map(({ tree }) => tree);
    const root = new Map(this.#root).set(element.children, { type: typeOf.i32, value: columns.length });
    fields.set(footer.schema, listOf([root, ...columns]));
    const [order] = itemsOf(fields.get(footer.orders));
    if (order !== undefined) fields.set(footer.orders, listOf(columns.map(() => order as ThriftTree)));
    return fields;
  }
}

/** Keys of texts of our own, which say nothing about how rows are read. */
const ownKey = 'duckpond.';

function formOf(tree: ThriftTree, root: ThriftTree): string {
  const texts = treesOf(tree.get(footer.texts)).filter((text) => !keyOf(text).startsWith(ownKey));
  const orders = new Set(itemsOf(tree.get(footer.orders)).map((order) => textOf(order as ThriftTree)));
  if (orders.size > 1) throw new Error('the columns have several orders');
  const others = new Map(tree);
  for (const id of [footer.schema, footer.rows, footer.groups, footer.texts, footer.orders]) others.delete(id);
  const rootForm = new Map(root);
  rootForm.delete(element.children);
  rootForm.delete(element.name);
  return JSON.stringify([textOf(others), textOf(rootForm), texts.map(textOf), ...orders]);
}

function keyOf(text: ThriftTree): string {
  const value = text.get(1)?.value;
  return value instanceof Uint8Array ? Buffer.from(value).toString() : '';
}

/** Undefined for nested columns, and for names that are alike. */
function flatColumns(elements: readonly ThriftTree[]): ReadonlyMap<string, Column> | undefined {
  const columns = new Map<string, Column>();
  for (const tree of elements) {
    const name = tree.get(element.name)?.value;
    const repetition = integerOf(tree.get(element.repetition)) ?? 0;
    if (!(name instanceof Uint8Array) || tree.has(element.children) || repetition > optional) return undefined;
    const column = {
      name: Buffer.from(name).toString(),
      tree,
      text: textOf(tree),
      isOptional: repetition === optional,
    };
    columns.set(column.name.toLowerCase(), column);
  }
  return columns.size === elements.length ? columns : undefined;
}

/** The columns of both, in the order of their first appearance; undefined when one has another type, or no nulls. */
function unionOf(
  first: ReadonlyMap<string, Column>,
  second: ReadonlyMap<string, Column>,
): ReadonlyMap<string, Column> | undefined {
  const union = new Map([...first, ...second]);
  for (const [key, { isOptional }] of union) {
    const [one, other] = [first.get(key), second.get(key)];
    const isSame = one === undefined || other === undefined ? isOptional : one.text === other.text;
    if (!isSame) return undefined;
  }
  return union;
}

/** Throws for a group whose bytes are not all before the footer: in company it could name those of another file. */
function soundGroup(tree: ThriftTree, dataEnd: number): ThriftTree {
  for (const column of treesOf(tree.get(group.columns))) {
    const data = column.get(chunk.metadata)?.value;
    if (!isTree(data) || column.has(chunk.path)) throw new Error('a column is elsewhere');
    if (chunk.encrypted.some((id) => column.has(id))) throw new Error('a column is encrypted');
    const page = integerOf(data.get(metadata.page)) ?? NaN;
    const dictionary = integerOf(data.get(metadata.dictionary)) ?? 0;
    const start = dictionary > 0 ? Math.min(dictionary, page) : page;
    const bytes = integerOf(data.get(metadata.bytes)) ?? NaN;
    if (!(start >= magic.length && bytes >= 0 && Math.max(start + bytes, page) <= dataEnd)) {
      throw new Error('a column is outside of the file');
    }
  }
  return tree;
}

function shifted(column: ThriftTree, shift: number): ThriftTree {
  const data = column.get(chunk.metadata)!;
  const moved = new Map(withPositions(column, chunk.positions, shift));
  moved.set(chunk.metadata, { ...data, value: withPositions(data.value as ThriftTree, metadata.positions, shift) });
  return moved;
}

/** Writers may set the positions of what is missing to 0. */
function withPositions(tree: ThriftTree, ids: readonly number[], shift: number): ThriftTree {
  const moved = new Map(tree);
  for (const id of ids) {
    const field = tree.get(id);
    const at = integerOf(field);
    if (field !== undefined && at !== undefined && at > 0) moved.set(id, { ...field, value: at + shift });
  }
  return moved;
}

const isTree = (value: ThriftValue): value is ThriftTree => value instanceof Map;

const integerOf = (field: ThriftField | undefined): number | undefined =>
  typeof field?.value === 'number' ? field.value : undefined;

function itemsOf(field: ThriftField | undefined): readonly ThriftValue[] {
  const value = field?.value;
  return typeof value === 'object' && 'items' in value ? value.items : [];
}

const treesOf = (field: ThriftField | undefined): readonly ThriftTree[] => itemsOf(field).filter(isTree);

const listOf = (items: readonly ThriftTree[]): ThriftField => ({
  type: typeOf.list,
  value: { type: typeOf.struct, items } satisfies ThriftList,
});

const textOf = (tree: ThriftTree): string => Buffer.from(writeTree(tree)).toString('latin1');
