/** Documents of resources, from the tables of a pond of 2025. Secrets become references to variables. */
import { yamlText } from '../documents/yamlText.ts';
import { wholeContent } from './checkedContent.ts';
import { pathProblem } from './pocEntries.ts';
import { type PocVersion } from './pocHistory.ts';
import { parquetRows } from './parquetRows.ts';

/** Columns that hold secrets as they are. */
const secretColumns: readonly string[] = ['key', 'secret'];

/** The latest version of each table that documents are made from, by path. */
type PocTables = ReadonlyMap<string, PocVersion>;

/** A document and where it is stored. */
interface PocDocument {
  readonly path: string;
  readonly text: string;
}

type Row = Readonly<Record<string, unknown>>;

/** Makes documents of the tables of one source. The names of variables stay the same through its history. */
export class PocDocuments {
  /** Variables by the value of the secret that they stand for. */
  readonly #variables = new Map<string, { readonly secret: string; readonly resources: Set<string> }>();
  readonly #rows = new Map<PocVersion, readonly Row[]>();
  readonly #refused = new Map<string, 'new' | 'reported'>();

  /** Variables with the resources that need them. */
  get secrets(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#variables].map(([name, { resources }]) => [name, [...resources]]));
  }

  /** Returns the resources without a document that were not returned before. */
  takeRefused(): readonly string[] {
    const fresh = [...this.#refused].flatMap(([home, state]) => (state === 'new' ? [home] : []));
    for (const home of fresh) this.#refused.set(home, 'reported');
    return fresh;
  }

  /** Returns the document of each resource that both tables list. Fails `pond-damaged`. */
  async of(tables: PocTables): Promise<readonly PocDocument[]> {
    const pond = tables.get(pondTable);
    if (pond === undefined) return [];
    const documents: PocDocument[] = [];
    for (const row of await this.#rowsOf(pond)) {
      const [kind, name, uuid] = [textIn(row, 'kind'), textIn(row, 'name'), textIn(row, 'uuid')];
      const table = tables.get(`/${kind}/${kind}`);
      const spec = table && (await this.#rowsOf(table)).find((other) => other['uuid'] === uuid);
      const home = `/${kind}/${uuid}`;
      const isPath = !kind.includes('/') && !uuid.includes('/') && pathProblem(home) === undefined;
      if (spec === undefined || name === '' || !isPath) {
        this.#refused.set(home, this.#refused.get(home) ?? 'new');
        continue;
      }
      const values = await this.#specOf(spec, home, tables);
      const desc = textIn(row, 'desc').trim();
      const head = { apiVersion: textIn(row, 'apiVersion'), kind, name, desc: desc === '' ? name : desc };
      const metadata = objectIn(row['metadata']);
      const withMetadata = metadata === undefined || Object.keys(metadata).length === 0 ? head : { ...head, metadata };
      const text = yamlText({ ...withMetadata, spec: this.#withoutSecrets(values, kind, name) });
      documents.push({ path: `${home}/${documentName}`, text });
    }
    return documents;
  }

  /** Returns the target of the link of a resource, `/KIND/NAME`; undefined when the table does not list it. */
  async linkTarget(path: string, tables: PocTables): Promise<string | undefined> {
    const pond = tables.get(pondTable);
    const [, kind, name, ...below] = path.split('/');
    if (pond === undefined || below.length > 0) return undefined;
    const row = (await this.#rowsOf(pond)).find((other) => other['kind'] === kind && other['name'] === name);
    return row && textIn(row, 'uuid');
  }

  /** Returns the spec; the items of a list come from the file of their name, where there is one. */
  async #specOf(row: Row, home: string, tables: PocTables): Promise<Row> {
    const spec: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(row)) {
      if (key === 'uuid') continue;
      spec[key] = Array.isArray(value)
        ? await Promise.all(value.map((item) => this.#itemOf(item, home, tables)))
        : value;
    }
    return objectIn(plainValue(spec)) ?? {};
  }

  /** A template that named a file of the host has its text only there. */
  async #itemOf(item: unknown, home: string, tables: PocTables): Promise<unknown> {
    const name = objectIn(item)?.['name'];
    const file = typeof name === 'string' ? tables.get(`${home}/${name}`) : undefined;
    return file === undefined ? item : ((await this.#rowsOf(file))[0] ?? item);
  }

  #withoutSecrets(spec: Row, kind: string, resource: string): Row {
    const entries = Object.entries(spec).map(([key, value]) => {
      if (!secretColumns.includes(key) || typeof value !== 'string') return [key, value];
      return [key, reference.test(value) ? value : `\${env:${this.#variableOf(value, { kind, key, resource })}}`];
    });
    return objectIn(Object.fromEntries(entries)) ?? {};
  }

  /** Returns a variable for a secret; another resource with another secret gets a name of its own. */
  #variableOf(secret: string, { kind, key, resource }: { kind: string; key: string; resource: string }): string {
    for (let number = 0; ; number++) {
      const parts = [kind, ...(number > 0 ? [resource] : []), key, ...(number > 1 ? [number] : [])];
      const name = variableName(parts.join('_'));
      const known = this.#variables.get(name) ?? { secret, resources: new Set() };
      if (known.secret !== secret && !known.resources.has(`${kind}/${resource}`)) continue;
      known.resources.add(`${kind}/${resource}`);
      this.#variables.set(name, known);
      return name;
    }
  }

  async #rowsOf(version: PocVersion): Promise<readonly Row[]> {
    const known = this.#rows.get(version);
    if (known !== undefined) return known;
    const bytes = await wholeContent(await version.open(), version.location);
    const { rows } = await parquetRows(bytes, version.location);
    this.#rows.set(version, rows);
    return rows;
  }
}

/** Path of the list of resources. */
export const pondTable = '/Pond';

/** Name of the document in the directory of a resource. */
export const documentName = 'resource.yaml';

const reference = /^\$\{env:[A-Za-z_]\w*\}$/;

const variableName = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_');

function textIn(row: Row, key: string): string {
  const value = row[key];
  return typeof value === 'string' ? value : '';
}

function objectIn(value: unknown): Row | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** Returns a value without nulls; a number of 32 bits with the digits that it was written with. */
function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === 'number') return shortest(value);
  const object = objectIn(value);
  if (object === undefined) return value;
  const present = Object.entries(object).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(present.map(([key, item]) => [key, plainValue(item)]));
}

function shortest(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value) || Math.fround(value) !== value) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
