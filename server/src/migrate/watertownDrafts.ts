/** Dynamic nodes of a Watertown pond as drafts of documents, which a person checks and applies. */
import { fieldsOf, itemsOf } from '../base/json.ts';
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

/** Returns the draft of a node. */
export function draftOf({ path, factory, config }: DynamicNode): Draft {
  const { text, variables } = withoutSecrets(config);
  const value = yamlValue(text);
  const draft = typeof value === 'object' && value !== null ? drafts.get(factory) : undefined;
  const title = [`The ${factory} at ${path} of a Watertown pond.`];
  if (draft === undefined) {
    return {
      text: comment([...title, 'It has no counterpart: these are its settings.']) + text,
      variables,
      isDocument: false,
    };
  }
  const name = basename(path).replace(/\.\w+$/, '');
  const { kindLine, spec, notes } = draft(fieldsOf(value), name);
  const document = `apiVersion: duckpond/v1\n${kindLine}\n${yamlText({ name, desc: `Draft of ${path}`, spec })}`;
  const head = comment([...title, "A draft: check it, then apply it with 'pond apply -f'.", ...notes]);
  return { text: head + document, variables, isDocument: true };
}

const comment = (lines: readonly string[]): string => lines.map((line) => `# ${line.replaceAll('\n', ' ')}\n`).join('');

/** Keys of settings whose values are secrets, and the same key with a value that is not a reference. */
const secretLine =
  /^([ \t]*(?:- )?["']?([\w-]*(?:secret|password|passwd|token|access_key|client_id|api_key)[\w-]*)["']?[ \t]*:[ \t]*)(?!["']?\$\{env:)(\S.*)$/gim;

function withoutSecrets(config: string): Pick<Draft, 'text' | 'variables'> {
  const variables: string[] = [];
  const text = config.replace(secretLine, (_, start: string, key: string) => {
    const variable = key.toUpperCase().replace(/\W+/g, '_');
    variables.push(variable);
    return `${start}\${env:${variable}}`;
  });
  return { text: text.endsWith('\n') ? text : `${text}\n`, variables };
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
