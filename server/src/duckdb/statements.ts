import {
  type DuckDBExtractedStatements,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  type DuckDBType,
} from '@duckdb/node-api';
import { chunkCollector } from './chunkMemory.ts';
import { type Chunk, type Value } from './values.ts';
import { loadNative } from './native.ts';

export type StatementKind = 'select' | 'explain' | 'create' | 'copy' | 'transaction' | 'other';

/** The statements of a text. A dynamic PIVOT counts as two: DuckDB first creates a type from the values. */
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

/** A value with its type, to bind to a parameter. */
export interface TypedValue {
  readonly value: Value;
  readonly type: DuckDBType;
}

/** A parameter of a bound statement. */
export interface StatementParameter {
  /** Name without the `$`; the 1-based number of a `?`. */
  readonly name: string;
  /** DuckDB's name of the type that the statement needs; undefined where it takes any. */
  readonly type: string | undefined;
}

/** A column of a query. */
export interface QueryColumn {
  readonly name: string;
  /** DuckDB's name of the type, as CREATE TABLE takes it. */
  readonly type: string;
}

/** A result that is computed while it is read; memory is bounded by a few chunks. */
export interface RowStream {
  readonly columns: readonly QueryColumn[];
  /**
   * Returns the next rows; undefined at the end. DuckDB ends a stream that fails midway like one that is exhausted: run
   * it in a transaction and check that it is still good (Connection.inGoodTransaction).
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

  get parameterCount(): number {
    return this.#statement.parameterCount;
  }

  /** The parameters ($1, $name, ?) of the statement, in the order of their indexes. */
  get parameters(): readonly StatementParameter[] {
    return Array.from({ length: this.parameterCount }, (_, index) => ({
      name: this.#statement.parameterName(index + 1),
      type: this.#parameterType(index + 1),
    }));
  }

  /** DuckDB's names of the types of the columns; JSON is VARCHAR. */
  get columnTypes(): readonly string[] {
    const statement = this.#statement;
    return Array.from({ length: statement.columnCount }, (_, index) => statement.columnType(index).toString());
  }

  /** Gives a parameter (0-based, as in `parameters`) its value. */
  setParameter(index: number, { value, type }: TypedValue): void {
    this.#statement.bindValue(index + 1, value, type);
  }

  async run(): Promise<void> {
    await this.#statement.run();
  }

  /** Returns all rows of a small result. */
  async rows(): Promise<readonly (readonly Value[])[]> {
    return (await this.#statement.runAndReadAll()).getRows();
  }

  async stream(): Promise<RowStream> {
    const result = await this.#statement.stream();
    const collect = chunkCollector();
    return {
      columns: result.columnNames().map((name, index) => ({ name, type: typeName(result, index) })),
      next: async () => {
        const chunk = await result.fetchChunk();
        collect();
        return chunk === null || chunk.rowCount === 0 ? undefined : chunk;
      },
    };
  }

  close(): void {
    this.#statement.destroySync();
  }

  /** DuckDB's binding throws for a statement whose types depend on the values. */
  #parameterType(index: number): string | undefined {
    try {
      return this.#statement.parameterType(index).toString();
    } catch {
      return undefined;
    }
  }
}

/** JSON is VARCHAR with an alias; the alias is the name that people know. */
function typeName(result: DuckDBResult, index: number): string {
  return result.columnLogicalType(index).alias ?? result.columnType(index).toString();
}
