/** Columns of a series as the footer of its latest version states them, so that no other version is opened. */
import { itemsOf, parseJsonText } from '../../base/json.ts';
import { parseSqlType } from '../../duckdb/sqlType.ts';
import { footerBytesOf, footerTailBytes, readFooter } from '../../parquet/footer.ts';
import { batchKey, columnsKey } from '../../pond/versionFacts.ts';
import { type TypedColumn } from '../../sandbox/build.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';

/** Returns the texts in the footer of an appended version. */
export function footerTexts(columns: readonly TypedColumn[], batch: string | undefined): Record<string, string> {
  const pairs = JSON.stringify(columns.map(({ name, type }) => [name, type]));
  return { [columnsKey]: pairs, ...(batch !== undefined && { [batchKey]: batch }) };
}

/** Returns the columns of a series from the footer of its latest version; undefined for a version of another writer. */
export async function columnsInFooter(
  home: WorkingDirectory,
  path: string,
  { sizeBytes }: Node,
): Promise<readonly TypedColumn[] | undefined> {
  const part = async (start: number): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of home.readStream(path, { start, end: sizeBytes })) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const bytes = footerBytesOf(await part(sizeBytes - footerTailBytes), sizeBytes);
  const text = bytes === undefined ? undefined : readFooter(await part(sizeBytes - bytes))?.text(columnsKey);
  return text === undefined ? undefined : parseColumns(text);
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
