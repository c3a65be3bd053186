import { createLineMap, type LineMap, type SourcePosition } from '../base/lineMap.ts';
import { parseDocuments } from '../documents/document.ts';
import { type Schema } from '../documents/schema.ts';
import { type SqlInput } from '../documents/sqlInputs.ts';
import { entryOf, indexInText, positionInSource, type ScalarNode, type YamlNode } from '../documents/yamlNode.ts';
import { kindOf } from './model/envelope.ts';
import { type ResourceKind } from './model/kind.ts';

/** A query in a resource document. */
interface DocumentQuery {
  readonly sql: string;
  readonly inputs: readonly SqlInput[];
  /** Index in the document of an index in the SQL; of the start of the query where its text has no positions. */
  sourceOffset(index: number): number;
}

/** A query in a resource document, at a position. */
interface QueryAtPosition extends DocumentQuery {
  /** Index of the position in the SQL. */
  readonly offset: number;
  /** A part of SQL as it is written in the document. */
  written(sql: string): string;
}

/** Returns the queries of the resources in a text; those with a template, which have no SQL yet, are left out. */
export function queriesOf(text: string, kinds: readonly ResourceKind[]): readonly DocumentQuery[] {
  const source = sourceOf(text);
  return queryNodes(text, kinds).flatMap(({ node, inputs }) => {
    const { value, range } = node;
    if (typeof value !== 'string' || value.includes('{{')) return [];
    const start = source.map.offsetAt(range.start);
    return [{ sql: value, inputs, sourceOffset: (index: number) => offsetInSource(node, index, source) ?? start }];
  });
}

/** Returns the query at an index of a text; undefined outside of queries, and where folded text has no positions. */
export function queryAt(text: string, offset: number, kinds: readonly ResourceKind[]): QueryAtPosition | undefined {
  const source = sourceOf(text);
  const position = source.map.positionAt(offset);
  for (const query of queryNodes(text, kinds)) {
    const found = inText(query, position) ?? belowText(query, source, position);
    if (found === undefined) continue;
    const written = writtenIn(source, query.node);
    const sourceOffset = (index: number): number =>
      index === found.offset ? offset : (offsetInSource(query.node, index, source) ?? offset);
    return { ...found, inputs: query.inputs, sourceOffset, written };
  }
  return undefined;
}

interface Source {
  readonly lines: readonly string[];
  readonly map: LineMap;
}

function sourceOf(text: string): Source {
  return { lines: text.split(/\r\n|\n|\r/), map: createLineMap(text) };
}

interface QueryNode {
  readonly node: ScalarNode;
  readonly keyColumn: number;
  readonly inputs: readonly SqlInput[];
}

function queryNodes(text: string, kinds: readonly ResourceKind[]): readonly QueryNode[] {
  return parseDocuments(text).flatMap(({ root }) => queriesIn(kindOf(kinds, root)?.spec, entryOf(root, 'spec')?.value));
}

/** The queries of a value, by its schema. */
function queriesIn(schema: Schema | undefined, node: YamlNode | undefined): readonly QueryNode[] {
  if (schema?.type === 'list' && node?.type === 'list')
    return node.items.flatMap((item) => queriesIn(schema.item, item));
  if (schema?.type !== 'object' || node?.type !== 'map') return [];
  return node.entries.flatMap(({ key, keyRange, value }) => {
    const field = Object.hasOwn(schema.fields, key) ? schema.fields[key]?.schema : undefined;
    if (field?.type !== 'text' || field.sqlInputs === undefined) return queriesIn(field, value);
    if (value.type !== 'scalar') return [];
    return [{ node: value, keyColumn: keyRange.start.character, inputs: field.sqlInputs(node) }];
  });
}

type SqlPosition = Pick<QueryAtPosition, 'sql' | 'offset'>;

function inText({ node }: QueryNode, position: SourcePosition): SqlPosition | undefined {
  const offset = indexInText(node, position);
  return offset === undefined || typeof node.value !== 'string' ? undefined : { sql: node.value, offset };
}

/** A position in an empty line at the end of a block, where its next line is typed: its text ends before such lines. */
function belowText(
  { node: { value, range, lineStarts }, keyColumn }: QueryNode,
  { lines }: Source,
  { line, character }: SourcePosition,
): SqlPosition | undefined {
  if (lines[range.start.line]?.charAt(range.start.character) !== '|' || typeof value !== 'string') return undefined;
  const below = lines.slice(range.end.line + 1, line + 1);
  const indent = lineStarts?.[0]?.character ?? keyColumn + 1;
  if (below.length === 0 || below.some((text) => text.trim() !== '') || character < indent) return undefined;
  const sql = `${value.trimEnd()}\n`;
  return { sql, offset: sql.length };
}

function offsetInSource(node: ScalarNode, index: number, { map }: Source): number | undefined {
  const position = positionInSource(node, createLineMap(String(node.value)).positionAt(index));
  return position && map.offsetAt(position);
}

/** Escapes SQL for the quotes that a scalar is in. */
function writtenIn({ lines }: Source, { range: { start } }: ScalarNode): QueryAtPosition['written'] {
  const quote = lines[start.line]?.charAt(start.character);
  if (quote === '"') return (sql) => JSON.stringify(sql).slice(1, -1);
  return (sql) => (quote === "'" ? sql.replaceAll("'", "''") : sql);
}
