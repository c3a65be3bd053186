import { type DuckDBExtractedStatements, type DuckDBPreparedStatement, type DuckDBResult } from '@duckdb/node-api';
import { type Chunk, type Value } from './values.ts';
import { loadNative } from './native.ts';

export type StatementKind = 'select' | 'explain' | 'create' | 'copy' | 'transaction' | 'other';

/** The statements of a text. A dynamic PIVOT counts as two: DuckDB first makes a type of the values it finds. */
export class Statements {
  readonly #extracted: DuckDBExtractedStatements;

  constructor(extracted: DuckDBExtractedStatements) {
    this.#extracted = extracted;
  }

  get count(): number {
    return this.#extracted.count;
  }

  /** Binds one statement: names, types and functions are looked up, files opened; nothing runs. */
  async bind(index: number): Promise<BoundStatement> {
    const statement = await this.#extracted.prepare(index);
    const { StatementType } = await loadNative();
    const kinds: Readonly<Record<number, StatementKind>> = {
      [StatementType.SELECT]: 'select',
      [StatementType.EXPLAIN]: 'explain',
      [StatementType.CREATE]: 'create',
      [StatementType.COPY]: 'copy',
      [StatementType.TRANSACTION]: 'transaction',
    };
    return new BoundStatement(statement, kinds[statement.statementType] ?? 'other');
  }
}

export interface StreamColumn {
  readonly name: string;
  /** DuckDB's name of the type, as CREATE TABLE takes it. */
  readonly type: string;
}

/** A result that is computed while it is read; memory is that of a few chunks. */
export interface RowStream {
  readonly columns: readonly StreamColumn[];
  /**
   * The next rows; undefined at the end. DuckDB ends a stream that fails midway as it ends one that is exhausted: run
   * it in a transaction and look whether that is still good (Connection.inGoodTransaction).
   */
  next(): Promise<Chunk | undefined>;
}

/** A statement that DuckDB has parsed and bound: its kind is known, and it can be run. */
export class BoundStatement {
  readonly kind: StatementKind;
  readonly #statement: DuckDBPreparedStatement;

  constructor(statement: DuckDBPreparedStatement, kind: StatementKind) {
    this.#statement = statement;
    this.kind = kind;
  }

  /** How many values ($1, ?) the statement waits for. */
  get parameterCount(): number {
    return this.#statement.parameterCount;
  }

  async run(): Promise<void> {
    await this.#statement.run();
  }

  /** All rows of a small result. */
  async rows(): Promise<readonly (readonly Value[])[]> {
    return (await this.#statement.runAndReadAll()).getRows();
  }

  async stream(): Promise<RowStream> {
    const result = await this.#statement.stream();
    return {
      columns: result.columnNames().map((name, index) => ({ name, type: typeName(result, index) })),
      next: async () => {
        const chunk = await result.fetchChunk();
        return chunk === null || chunk.rowCount === 0 ? undefined : chunk;
      },
    };
  }

  close(): void {
    this.#statement.destroySync();
  }
}

/** JSON is VARCHAR with a name; the name is what people know the column by. */
function typeName(result: DuckDBResult, index: number): string {
  return result.columnLogicalType(index).alias ?? result.columnType(index).toString();
}
