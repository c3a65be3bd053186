/** Dynamic nodes of a Watertown pond as drafts of documents, which a person checks and applies. */
import { fieldsOf, itemsOf } from '../base/json.ts';
import { printable } from '../base/printable.ts';
import { yamlText, yamlValue } from '../documents/yamlText.ts';
import { basename } from '../tinyfs/path.ts';

/** A node whose content is computed, with its recipe. */
export interface DynamicNode {
  readonly path: string;
  readonly factory: string;
  /** Its settings: YAML. */
  readonly config: string;
}

/** A draft, or the settings as they are. */
interface Draft {
  readonly text: string;
  /** Variables that the text refers to in place of secrets. */
  readonly variables: readonly string[];
  /** False for the settings of a factory that has no counterpart. */
  readonly isDocument: boolean;
}

type Config = Readonly<Record<string, unknown>>;

interface DocumentDraft {
  /** Line of the document that names the kind. */
  readonly kindLine: string;
  readonly spec: unknown;
  /** Sentences on what differs. */
  readonly notes: readonly string[];
}

/** Drafts by the factory that they replace. */
const drafts: ReadonlyMap<string, (config: Config, name: string) => DocumentDraft> = new Map([
  ['temporal-reduce', reduceDraft],
  ['timeseries-join', combineDraft],
  ['sql-derived-series', deriveDraft],
  ['sql-derived-table', deriveDraft],
  ['hydrovu', collectorDraft],
]);

/** Returns the draft of a node. `secrets` are those of the drafts before it, by variable; those of this one are added. */
export function draftOf({ path, factory, config }: DynamicNode, secrets: Map<string, string>): Draft {
  const title = `The ${factory} at ${path} of a Watertown pond.`;
  const variables = new Set<string>();
  const stated = yamlValue(config);
  if (typeof stated !== 'object' || stated === null) {
    const reason =
      'Its settings cannot be read as YAML, so secrets in them would not be found: only the source has them.';
    return { text: comment([title, reason]), variables: [], isDocument: false };
  }
  const value = withoutSecrets(stated, '', (key, secret) => {
    const variable = variableOf(key, secret, secrets);
    variables.add(variable);
    return variable;
  });
  const draft = drafts.get(factory);
  if (draft === undefined) {
    const head = comment([title, 'It has no counterpart: these are its settings.']);
    return { text: head + yamlText(value), variables: [...variables], isDocument: false };
  }
  const name = basename(path).replace(/\.\w+$/, '');
  const { kindLine, spec, notes } = draft(fieldsOf(value), name);
  const document = `apiVersion: duckpond/v1\n${kindLine}\n${yamlText({ name, desc: `Draft of ${path}`, spec })}`;
  const head = comment([title, "A draft: check it, then apply it with 'pond apply -f'.", ...notes]);
  return { text: head + document, variables: [...variables], isDocument: true };
}

const comment = (lines: readonly string[]): string => lines.map((line) => `# ${printable(line)}\n`).join('');

/** Keys of settings whose values are secrets. */
const secretKey = /secret|passw(?:or)?d|passphrase|token|credential|private_key|access_key|client_id|api_key/i;
/** A URL with a password. */
const secretUrl = /:\/\/[^/\s@]*:[^/\s@]+@/;
const reference = /^\$\{env:\w+\}$/;

/** Returns settings with references in place of secrets. `key` is that of the value, or of one around it that is a secret. */
function withoutSecrets(value: unknown, key: string, variableFor: (key: string, secret: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, key, variableFor));
  if (typeof value === 'object' && value !== null) {
    const nameOf = (own: string): string => (secretKey.test(key) ? key : own);
    const entries = Object.entries(value).map(([own, item]) => [own, withoutSecrets(item, nameOf(own), variableFor)]);
    return Object.fromEntries(entries) as unknown;
  }
  const text = String(value);
  const isSecret = (secretKey.test(key) && value !== null && typeof value !== 'boolean') || secretUrl.test(text);
  return isSecret && !reference.test(text) ? `\${env:${variableFor(key, text)}}` : value;
}

/** Returns the variable of a secret; another secret under the same key has one with a number. */
function variableOf(key: string, secret: string, secrets: Map<string, string>): string {
  const name = key.toUpperCase().replace(/\W+/g, '_') || 'SECRET';
  for (let number = 1; ; number++) {
    const variable = number === 1 ? name : `${name}_${number}`;
    const known = secrets.get(variable);
    if (known !== undefined && known !== secret) continue;
    secrets.set(variable, secret);
    return variable;
  }
}

function reduceDraft(config: Config, name: string): DocumentDraft {
  const aggregations = listOf(config['aggregations']);
  const columns = aggregations.flatMap((one) => textsOf(one['columns']));
  const statistics = aggregations.flatMap((one) => (typeof one['type'] === 'string' ? [one['type']] : []));
  const dataset = {
    ...{ in_pattern: pathOf(config['in_pattern']), out_pattern: textOf(config['out_pattern'], name) },
    ...(columns.length > 0 && { columns: [...new Set(columns)] }),
    ...(statistics.length > 0 && { statistics: [...new Set(statistics)] }),
  };
  const spec = { collections: [{ name, resolutions: textsOf(config['resolutions']), datasets: [dataset] }] };
  const notes = [...timeNote(config), ...transformNote(config)];
  if (columns.length > 0 && aggregations.length > 1)
    notes.push('All statistics are of all columns: use rules if they differ.');
  return { kindLine: 'kind: Reduce', spec, notes };
}

function combineDraft(config: Config, name: string): DocumentDraft {
  const inputs = listOf(config['inputs']);
  const series = inputs.map((input) => {
    const { begin, end } = fieldsOf(input['range']);
    return {
      pattern: pathOf(input['pattern']),
      ...(begin !== undefined && { begin }),
      ...(end !== undefined && { end }),
    };
  });
  const scopes = inputs.flatMap(({ scope }) => (typeof scope === 'string' ? [scope] : []));
  const prefix = `Columns had the prefixes ${[...new Set(scopes)].join(', ')}: add rename where names would be the same.`;
  const notes = [...(scopes.length > 0 ? [prefix] : []), ...timeNote(config), ...inputs.flatMap(transformNote)];
  return { kindLine: 'kind: Combine', spec: { scopes: [{ name, series }] }, notes };
}

function deriveDraft(config: Config, name: string): DocumentDraft {
  const patterns = Object.entries(fieldsOf(config['patterns']));
  const query = textOf(config['query'], "FROM '$1'");
  const spec = { collections: [{ name, pattern: pathOf(patterns[0]?.[1]), query }] };
  const tables = patterns.map(([table, url]) => `${table} was ${pathOf(url)}`).join(', ');
  return {
    ...{ kindLine: 'kind: Derive', spec },
    notes: [
      `The query is in the dialect of DataFusion: adapt it to that of DuckDB, and its tables to paths: ${tables}.`,
      "In the query, '$1' is the matched file. A Query resource reads all files together.",
      ...transformNote(config),
    ],
  };
}

function collectorDraft(config: Config): DocumentDraft {
  const devices = listOf(config['devices']).map(({ id, name, comment: note }) => {
    return { id: numeric(id), name, scope: name, ...(typeof note === 'string' && { comment: note }) };
  });
  const reference = (key: string, variable: string): string => textOf(config[key], `\${env:${variable}}`);
  const spec = {
    ...{ key: reference('client_id', 'CLIENT_ID'), secret: reference('client_secret', 'CLIENT_SECRET') },
    devices,
  };
  const notes = [
    'A first run fetches all readings again, into the directory of the resource: the migrated series stay as they are.',
    'The scope is the first part of the names of columns: check it.',
  ];
  return { kindLine: 'kind: HydroVu', spec, notes };
}

const numeric = (id: unknown): unknown => (typeof id === 'string' && /^\d+$/.test(id) ? BigInt(id) : id);

/** Returns the pond path of a URL. */
function pathOf(url: unknown): string {
  return textOf(url, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/\?.*$/, '');
}

function timeNote({ time_column: column }: Config): string[] {
  const isUsual = typeof column !== 'string' || column.toLowerCase() === 'timestamp';
  return isUsual ? [] : [`The time column was ${column}: set the attribute time of the series, or rename it.`];
}

function transformNote({ transforms }: Config): string[] {
  const names = textsOf(transforms);
  return names.length === 0 ? [] : [`It used the transforms ${names.join(', ')}, which are not in this draft.`];
}

function listOf(value: unknown): readonly Config[] {
  return itemsOf(value).map(fieldsOf);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
