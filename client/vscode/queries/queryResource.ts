/** Documents of resources that keep what a query returns. */
import { isSymbol, type Token, tokenize } from '../../../server/src/base/sqlTokens.ts';
import { queryTitle } from './queryStrings.ts';

/** A path of the pond that a query reads. */
interface ReadPath {
  /** Path or pattern, without a version. */
  readonly pattern: string;
  /** The tokens that name it. */
  readonly tokens: readonly Token[];
  /** True where a function of DuckDB opens it: `read_csv('/a.csv')`. */
  readonly isOpened: boolean;
}

/**
 * Returns a resource document with a query: a Derive, which makes a series of each file, for a query that reads one
 * path; a Query over named tables for one that reads several. Undefined when it reads no path of the pond.
 */
export function resourceOfQuery(sql: string): string | undefined {
  const paths = readPaths(sql);
  const [first] = paths;
  if (first === undefined) return undefined;
  const desc = queryTitle(sql);
  // A table has no path that a function could open.
  if (paths.length === 1 || paths.some(({ isOpened }) => isOpened)) {
    const query = replaced(
      sql,
      first.tokens.map((token) => ({ token, text: "'$1'" })),
    );
    return deriveDocument(desc, first.pattern, query);
  }
  const names = tableNames(paths.map(({ pattern }) => pattern));
  const inputs = paths.map(({ pattern }, index) => ({ name: names[index] ?? 'input', pattern }));
  const query = replaced(
    sql,
    paths.flatMap(({ tokens }, index) => tokens.map((token) => ({ token, text: names[index] ?? 'input' }))),
  );
  return queryDocument(desc, inputs, query);
}

function readPaths(sql: string): readonly ReadPath[] {
  const tokens = tokenize(sql);
  const paths = new Map<string, ReadPath>();
  tokens.forEach((token, index) => {
    const isOpened = isArgument(tokens, index);
    const isName = token.kind === 'identifier' || (token.kind === 'string' && (isOpened || isTable(tokens, index)));
    if (!isName || !/^\/./.test(token.text)) return;
    const pattern = token.text.replace(/@[^/@]*$/, '');
    const known = paths.get(pattern);
    paths.set(pattern, {
      pattern,
      tokens: [...(known?.tokens ?? []), token],
      isOpened: isOpened || known?.isOpened === true,
    });
  });
  return [...paths.values()];
}

/** True after FROM or JOIN, and after the comma of a list of tables. */
function isTable(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  if (before?.kind === 'word') return before.text === 'FROM' || before.text === 'JOIN';
  if (!isSymbol(before, ',')) return false;
  const table = tokens[index - 2];
  return table !== undefined && /^(string|identifier)$/.test(table.kind) && isTable(tokens, index - 2);
}

/** True for the first argument of a function that opens files. */
function isArgument(tokens: readonly Token[], index: number): boolean {
  const opener = tokens[index - 2];
  return (
    isSymbol(tokens[index - 1], '(') && opener?.kind === 'word' && /^(READ_|SNIFF_|PARQUET_SCAN)/.test(opener.text)
  );
}

function replaced(sql: string, changes: readonly { readonly token: Token; readonly text: string }[]): string {
  return changes
    .toSorted((a, b) => b.token.start - a.token.start)
    .reduce((text, { token, text: now }) => text.slice(0, token.start) + now + text.slice(token.end), sql);
}

/** A name of a table for each pattern: its last part with letters, `_2` and so on where it is taken. */
function tableNames(patterns: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const pattern of patterns) {
    const parts = pattern.split('/').map((part) => part.replace(/\.\w+$/, '').replace(/\W+/g, '_'));
    const last = parts.findLast((part) => /[A-Za-z]/.test(part)) ?? 'input';
    const word = last
      .replace(/^_+|_+$/g, '')
      .slice(0, 40)
      .toLowerCase();
    const name = /^[a-z]/.test(word) && !reserved.has(word) ? word : `t_${word}`;
    let free = name;
    for (let number = 2; names.includes(free); number++) free = `${name}_${number}`;
    names.push(free);
  }
  return names;
}

/** Names of files that SQL would read as a word of its own. */
const reserved = new Set([
  ...['all', 'and', 'any', 'as', 'asc', 'case', 'cast', 'check', 'column', 'create', 'default', 'desc', 'distinct'],
  ...['do', 'else', 'end', 'except', 'false', 'for', 'from', 'group', 'having', 'in', 'intersect', 'into', 'join'],
  ...['left', 'limit', 'not', 'null', 'offset', 'on', 'or', 'order', 'right', 'select', 'show', 'some', 'table'],
  ...['then', 'to', 'true', 'union', 'unique', 'using', 'values', 'when', 'where', 'window', 'with'],
]);

function deriveDocument(desc: string, pattern: string, query: string): string {
  return [
    'apiVersion: duckpond/v1',
    'kind: Derive',
    'name: my-derive',
    `desc: ${quoted(desc)}`,
    'spec:',
    '  collections:',
    '    - name: files',
    `      pattern: ${quoted(pattern)}`,
    ...block(query),
    '',
  ].join('\n');
}

function queryDocument(
  desc: string,
  inputs: readonly { readonly name: string; readonly pattern: string }[],
  query: string,
): string {
  return [
    'apiVersion: duckpond/v1',
    'kind: Query',
    'name: my-query',
    `desc: ${quoted(desc)}`,
    'spec:',
    '  queries:',
    '    - name: rows',
    '      inputs:',
    ...inputs.flatMap(({ name, pattern }) => [`        - name: ${name}`, `          pattern: ${quoted(pattern)}`]),
    ...block(query),
    '',
  ].join('\n');
}

/** A text in the double quotes of YAML, which are those of JSON; `{{` of the text is not a placeholder. */
function quoted(text: string): string {
  return JSON.stringify(verbatim(text));
}

/** The lines of a query as a block of YAML; quoted when a block cannot hold its characters. */
function block(query: string): readonly string[] {
  const text = query.replace(/\r\n?/g, '\n').trim();
  if (/[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text)) return [`      query: ${quoted(text)}`];
  return [
    '      query: |',
    ...verbatim(text)
      .split('\n')
      .map((line) => (line.trim() === '' ? '' : `        ${line}`)),
  ];
}

/** A text that stays as it is when the document is applied: a placeholder is written as one that gives its braces. */
function verbatim(text: string): string {
  return text.replace(/\{[{%#]/g, (braces) => `{{ '${braces}' }}`);
}
