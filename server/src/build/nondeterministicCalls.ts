import { isSymbol, type Token, tokenize } from '../base/sqlTokens.ts';

/** Functions that return the time, or another value on each call, in upper case; they take no arguments. */
const calls = new Set([
  'CURRENT_CONNECTION_ID',
  'CURRENT_DATE',
  'CURRENT_LOCALTIME',
  'CURRENT_LOCALTIMESTAMP',
  'CURRENT_QUERY_ID',
  'CURRENT_TRANSACTION_ID',
  'GEN_RANDOM_UUID',
  'GET_CURRENT_TIME',
  'GET_CURRENT_TIMESTAMP',
  'NOW',
  'RANDOM',
  'TODAY',
  'TRANSACTION_TIMESTAMP',
  'TXID_CURRENT',
  'UUID',
  'UUIDV4',
  'UUIDV7',
]);

/** Keywords that are such a function, unless a column has the name. */
const values = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP']);

/**
 * The first token that makes a query return other rows each time it runs over the same files, judged by tokens alone;
 * undefined without any. A word that may be the name of a column does not count.
 */
export function nondeterministicCall(sql: string): Token | undefined {
  const tokens = tokenize(sql);
  const columns = new Set(tokens.filter((_, index) => isColumn(tokens, index)).map(({ text }) => text.toUpperCase()));
  const lone = loneArguments(tokens);
  return tokens.find((token, index) => {
    const { kind, text } = token;
    if (isSample(sql, tokens, index)) return true;
    if (isSymbol(tokens[index - 1], '.') || (kind !== 'word' && kind !== 'identifier')) return false;
    if (isSymbol(tokens[index + 1], '(')) {
      const name = text.toUpperCase();
      if (name === 'AGO' || name === 'AGE') return lone.has(index + 1);
      return calls.has(name) && isSymbol(tokens[index + 2], ')');
    }
    return kind === 'word' && values.has(text) && !columns.has(text);
  });
}

/**
 * True for a name in a position where only a column name can be: in quotes, after a dot or AS, in a list of columns, as
 * a key.
 */
function isColumn(tokens: readonly Token[], index: number): boolean {
  const [before, token, next, second] = [tokens[index - 1], tokens[index], tokens[index + 1], tokens[index + 2]];
  if (token?.kind === 'identifier') return true;
  if (token?.kind !== 'word') return false;
  if (isSymbol(before, '.') || before?.text === 'AS') return true;
  if (isSymbol(next, ':') && !isSymbol(second, ':')) return true;
  return isSymbol(before, '(') && /^(EXCLUDE|USING)$/.test(tokens[index - 2]?.text ?? '');
}

/** True for a sample of rows without a seed, which is REPEATABLE (1) or a number after the method. */
function isSample(sql: string, tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (token?.kind !== 'word') return false;
  if (token.text !== 'TABLESAMPLE' && !(token.text === 'SAMPLE' && tokens[index - 1]?.text === 'USING')) return false;
  return !/^[^;]{0,60}(?:\bREPEATABLE\b|,\s{0,60}\d{1,60}\s{0,60}\))/i.test(sql.slice(token.end, token.end + 240));
}

/**
 * Indexes of the parentheses that open around a single argument: age() then counts to now, as ago() always does. In one
 * pass, as calls may be nested deeply.
 */
function loneArguments(tokens: readonly Token[]): ReadonlySet<number> {
  const lone = new Set<number>();
  const open: { readonly index: number; hasComma: boolean }[] = [];
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== 'symbol') return;
    const inner = open.at(-1);
    if (/[([{]/.test(text)) open.push({ index, hasComma: false });
    else if (text === ',' && inner !== undefined) inner.hasComma = true;
    else if (/[)\]}]/.test(text) && open.pop() !== undefined && inner !== undefined) {
      if (!inner.hasComma && index > inner.index + 1) lone.add(inner.index);
    }
  });
  return lone;
}
