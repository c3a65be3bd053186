import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { errorMessage } from '../errors.ts';

/** A query that returned rows. */
export interface PastQuery {
  readonly sql: string;
  /** When it last ran, ISO 8601, UTC. */
  readonly time: string;
}

/** A longer text is not kept: no person wrote it. */
const lengthMax = 20_000;

const formatVersion = 1;

/**
 * Queries that ran on this computer, for each pond, in a file of the extension's folder of the user. A query that the
 * server refused is never kept, since its text may hold what a sandboxed query cannot use, such as a key.
 */
export class QueryHistory {
  readonly #folder: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  /** Changes are made one after another; other windows may write between them. */
  #last: Promise<void> = Promise.resolve();

  constructor(storage: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#folder = vscode.Uri.joinPath(storage, 'queries');
    this.#log = log;
  }

  /** Queries of a pond, the latest first; empty without any, and when their file cannot be read, which is logged. */
  async list(pond: string): Promise<readonly PastQuery[]> {
    const file = this.#file(pond);
    try {
      return parseHistory(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'));
    } catch (error) {
      const isNew = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
      if (!isNew) this.#log.warn(`the history of queries in ${file.fsPath} is not used: ${errorMessage(error)}`);
      return [];
    }
  }

  /** Keeps a query as the latest one. A failure is logged: it is no reason to fail the query. */
  add(pond: string, sql: string): Promise<void> {
    const max = vscode.workspace.getConfiguration('pond.query').get<number>('history') ?? 0;
    if (max <= 0 || sql.length > lengthMax) return Promise.resolve();
    return this.#change(async () => {
      const earlier = (await this.list(pond)).filter((query) => query.sql !== sql);
      await this.#write(pond, [{ sql, time: new Date().toISOString() }, ...earlier].slice(0, max));
    });
  }

  /** Removes the queries of a pond. */
  clear(pond: string): Promise<void> {
    return this.#change(() => this.#write(pond, []));
  }

  #change(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#log.warn(`the history of queries was not written: ${errorMessage(error)}`);
    });
    return this.#last;
  }

  async #write(pond: string, queries: readonly PastQuery[]): Promise<void> {
    const text = `${JSON.stringify({ version: formatVersion, pond, queries }, undefined, 1)}\n`;
    await vscode.workspace.fs.writeFile(this.#file(pond), Buffer.from(text));
  }

  #file(pond: string): vscode.Uri {
    const name = createHash('sha256').update(pond).digest('hex').slice(0, 32);
    return vscode.Uri.joinPath(this.#folder, `${name}.json`);
  }
}

/** Throws for a text that is not a history of this version. */
function parseHistory(text: string): readonly PastQuery[] {
  const parsed: unknown = JSON.parse(text);
  const isHistory = typeof parsed === 'object' && parsed !== null && 'version' in parsed && 'queries' in parsed;
  if (!isHistory || parsed.version !== formatVersion || !Array.isArray(parsed.queries))
    throw new Error(`expected a history of version ${formatVersion}`);
  return parsed.queries.filter(isPastQuery);
}

function isPastQuery(value: unknown): value is PastQuery {
  if (typeof value !== 'object' || value === null || !('sql' in value) || !('time' in value)) return false;
  return typeof value.sql === 'string' && typeof value.time === 'string';
}
