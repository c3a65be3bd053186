/** Columns and notation of a series as the footer of its latest version states them, so that no other version is opened. */
import { itemsOf, parseJsonText } from '../../base/json.ts';
import { parseSqlType } from '../../duckdb/sqlType.ts';
import { footerBytesOf, footerTailBytes, readFooter } from '../../parquet/footer.ts';
import { batchKey, columnsKey, notationKey } from '../../pond/versionFacts.ts';
import { type TypedColumn } from '../../sandbox/build.ts';
import { type FileNotation } from '../../sandbox/textTables/notation.ts';
import { readNotations, writeNotations } from '../../sandbox/textTables/notationText.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';

/** A series up to a version. */
export interface SeriesState {
  readonly columns: readonly TypedColumn[];
  /** Undefined for a series without text. */
  readonly notation: FileNotation | undefined;
}

/** Returns the texts in the footer of an appended version. */
export function footerTexts(
  { columns, notation }: SeriesState,
  batch: string | undefined,
): Readonly<Record<string, string>> {
  return {
    [columnsKey]: JSON.stringify(columns.map(({ name, type }) => [name, type])),
    ...(notation && { [notationKey]: writeNotations([notation]) }),
    ...(batch !== undefined && { [batchKey]: batch }),
  };
}

/** Returns the state of a series from the footer of its latest version; undefined for a version of another writer. */
export async function stateInFooter(
  home: WorkingDirectory,
  path: string,
  { sizeBytes }: Node,
): Promise<SeriesState | undefined> {
  const part = async (start: number): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of home.readStream(path, { start, end: sizeBytes })) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const bytes = footerBytesOf(await part(sizeBytes - footerTailBytes), sizeBytes);
  const footer = bytes === undefined ? undefined : readFooter(await part(sizeBytes - bytes));
  const text = footer?.text(columnsKey);
  const columns = text === undefined ? undefined : parseColumns(text);
  const notation = footer?.text(notationKey);
  return columns && { columns, notation: notation === undefined ? undefined : readNotations(notation)?.[0] };
}

/** Returns the columns in a text that anyone may have written; undefined for any other text. */
function parseColumns(text: string): readonly TypedColumn[] | undefined {
  const pairs = parseJsonText(text);
  if (!Array.isArray(pairs)) return undefined;
  const columns = pairs.map((pair): TypedColumn | undefined => {
    const [name, typeName] = itemsOf(pair);
    const type = typeof typeName === 'string' ? parseSqlType(typeName) : undefined;
    return typeof name === 'string' && type !== undefined ? { name, type } : undefined;
  });
  return columns.every((column) => column !== undefined) ? columns : undefined;
}
