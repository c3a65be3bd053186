/** Text files outside of a pond, read by the sandbox's own views. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openLockedDatabase } from '../../server/src/duckdb/database.ts';
import { identifier, sql } from '../../server/src/duckdb/sql.ts';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { type SourceFile, viewOf } from '../../server/src/sandbox/sources.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { describeTexts } from '../../server/src/sandbox/textTables/describe.ts';
import { type TextDescription } from '../../server/src/sandbox/textTables/description.ts';
import { scanOfText, textOfScan } from '../../server/src/sandbox/textTables/savedScan.ts';
import { fileNotations } from '../../server/src/sandbox/textTables/fileNotations.ts';
import { joinNotations } from '../../server/src/sandbox/textTables/findNotation.ts';
import { type Notation } from '../../server/src/sandbox/textTables/notation.ts';
import { scanFile } from '../../server/src/sandbox/textTables/scanFile.ts';
import { decideTables, type ScannedFile } from '../../server/src/sandbox/textTables/tables.ts';
import { viewSql } from '../../server/src/sandbox/textTables/viewSql.ts';
import { type TextScope } from '../../server/src/sandbox/textTables/decoded.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

/** Files at one of these paths at a time. */
const pathsMax = 64;

/** The types of a table's columns, and its rows with every value as text. */
interface ReadTable {
  readonly types: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A folder of text files, and a locked database that reads them. */
export class TextFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'texts-'));
  readonly #paths = Array.from({ length: pathsMax }, (_, index) => join(this.#folder, `file${index}`));
  #database: Database | undefined;
  #count = 0;

  async open(): Promise<void> {
    const opened = await openLockedDatabase({ threads: 1, hostPaths: this.#paths, keepsFileContents: false });
    opened.connection.close();
    this.#database = opened.database;
  }

  close(): void {
    this.#database?.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Writes a file; its reading is by its name. */
  file(name: string, content: string | Uint8Array, format: TextFormat = {}): SourceFile {
    const hostPath = this.#paths[(this.#count += 1) % pathsMax]!;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    writeFileSync(hostPath, bytes);
    const reading = readingOf('file', name);
    assert.ok(reading !== undefined);
    return { hostPath, sizeBytes: bytes.length, pondPath: `/${name}`, reading, format };
  }

  /** Reads files as one table. */
  async read(...files: readonly SourceFile[]): Promise<ReadTable> {
    return await this.#read(files, undefined);
  }

  /** Reads a file with the notation that several show, as resources do that make a file of each. */
  async readAmong(file: SourceFile, all: readonly SourceFile[]): Promise<ReadTable> {
    const connection = await this.#database!.connect();
    try {
      const found = await fileNotations({ connect: () => Promise.resolve(connection), openDisk: openHostDisk }, all);
      const noted = found.flatMap((notation, index) => notation && [{ path: all[index]!.pondPath, notation }]);
      return await this.#read([file], joinNotations(noted.filter((each) => each !== null)));
    } finally {
      connection.close();
    }
  }

  async #read(files: readonly SourceFile[], notation: Notation | undefined): Promise<ReadTable> {
    const connection = await this.#database!.connect();
    const scope = { connect: () => Promise.resolve(connection), openDisk: openHostDisk };
    try {
      await checkSaved(scope, files);
      const source = { name: 'files', index: undefined, files, ...(notation && { notation }) };
      await connection.run(await viewSql(scope, viewOf(source)));
      const described = await connection.rows(sql`DESCRIBE FROM files`);
      const rows = await connection.rows(sql`SELECT COLUMNS(*)::VARCHAR FROM ${identifier('files')}`);
      return {
        types: described.map(([, type]) => String(type)),
        rows: rows.map((row) => row.map((value) => (value === null ? null : String(value)))),
      };
    } finally {
      connection.close();
    }
  }

  async describe(...files: readonly SourceFile[]): Promise<readonly TextDescription[]> {
    const connection = await this.#database!.connect();
    try {
      return await describeTexts({ connect: () => Promise.resolve(connection), openDisk: openHostDisk }, files);
    } finally {
      connection.close();
    }
  }
}

/** A scan that another process saved decides the same. A file that cannot be scanned has none. */
async function checkSaved(scope: TextScope, files: readonly SourceFile[]): Promise<void> {
  const scanned: ScannedFile[] = [];
  for (const file of files.filter(({ reading, sizeBytes }) => reading.reader === 'read_csv' && sizeBytes > 0)) {
    const scan = await scanFile(scope, file).catch(() => undefined);
    if (scan === undefined) return;
    scanned.push({ file, scan });
  }
  const restored = scanned.map(({ file, scan }) => ({ file, scan: scanOfText(textOfScan(scan)) }));
  assert.deepEqual(decided(restored), decided(scanned));
}

/** What a decision says of the columns, and where it reads them; the message of its error. */
function decided(scanned: readonly ScannedFile[]): unknown {
  try {
    return decideTables(scanned).map(({ scan, columns, reasons, dates }) => {
      const { table, ...rest } = scan;
      const { columns: units, ...lines } = table;
      return { ...rest, lines: JSON.stringify(lines), units: units.map(({ unit }) => unit), columns, reasons, dates };
    });
  } catch (error) {
    return String(error);
  }
}
