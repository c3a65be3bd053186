/** SQL texts in which a scanner could differ from DuckDB's: quotes, comments and characters of all kinds. */
import { randomOf } from './random.ts';

interface GeneratedSql {
  readonly text: string;
  /**
   * The same query with the columns of its dynamic PIVOT listed, which DuckDB can describe as JSON; the text itself
   * when it has no such PIVOT.
   */
  readonly listed: string;
}

const blanks = [' ', ' ', ' ', '\n', '\t', '\r\n', '/* ; " */', "/* /* ' */ $$ */", "-- ' ;\n", '-- $$ "\r\n'];
const oddBlanks = ['\r', '\f', '\v', '\u200b', '\u00a0', '-- x\r', '\u2003', '/* \u200b */', '\ufeff'];
const values = [
  '1',
  '-1.5e3',
  "'x'",
  "'it''s; \"'",
  String.raw`'\'`,
  String.raw`E'\'; "'`,
  String.raw`e'a\\'`,
  '$$ \'; " $$',
  '$$$$',
  'NULL',
  "x'3b'",
  "'/b.csv'",
  "DATE '2026-01-01'",
  '[1, 2]',
  "{'a': 1, \"b\": ';'}",
  'a',
  '"a""b;"',
  't.a',
  '/* x */ 1',
  "'😀'",
  "'\u200b'",
  '"é;"',
];
const oddValues = [
  '$t$ ; $$ $t$',
  '$é$ ; $é$',
  'été',
  '😀',
  'a$b',
  '$1',
  '?',
  '$name',
  "'a'\n'b'",
  'a\u00a0b',
  "U&'x'",
];
const calls = ['abs(#)', 'len(#)', 'coalesce(#, #)', "concat(#, ';')", '(#).abs()', 'list_transform([#], lambda x: #)'];
const forbiddenCalls = ['current_setting(#)', 'getenv(#)', '"current_setting"(#)', "('a').getenv()"];
const tables = ['"/a.csv"', "'/b/*.csv'", 't', 'range(3)', 'pond.nodes', '"/it\'s;.csv@1"', 'POND . commits'];
const forbiddenTables = [
  "read_text('/etc/passwd')",
  'duckdb_settings()',
  "glob('*')",
  'pg_settings',
  "query('SELECT 1')",
];

/** The text of a seed. Some are not SQL; `isOdd` adds characters that DuckDB's scanner treats in its own way. */
export function generatedSql(seed: number, { isOdd }: { readonly isOdd: boolean }): GeneratedSql {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const oneIn = (count: number): boolean => random(count) === 0;
  const blank = (): string => (isOdd && oneIn(12) ? pick(oddBlanks) : pick(blanks));
  const joined = (...parts: readonly string[]): string => parts.join(blank());

  function value(depth: number): string {
    if (isOdd && oneIn(12)) return pick(oddValues);
    if (depth <= 0 || oneIn(3)) return pick(values);
    if (oneIn(12)) return `(${select(depth - 1)})`;
    if (oneIn(4)) return joined(value(depth - 1), pick(['+', '||', '=', '-', '::']), 'VARCHAR');
    return pick(oneIn(40) ? forbiddenCalls : calls).replaceAll('#', () => value(depth - 1));
  }

  function table(depth: number): string {
    if (depth > 0 && oneIn(4)) return `(${select(depth - 1)})`;
    return pick(oneIn(40) ? forbiddenTables : tables);
  }

  function select(depth: number): string {
    const from = oneIn(4) ? [] : ['FROM', table(depth), ...(oneIn(4) ? [',', table(depth)] : [])];
    const where = from.length > 0 && oneIn(4) ? ['WHERE', value(depth), 'IS', 'NULL'] : [];
    const limit = oneIn(8) ? ['LIMIT', `(${select(depth - 2)})`] : [];
    const star = oneIn(6) ? "COLUMNS('a;')" : value(depth);
    const plain = joined(pick(['SELECT', 'select', 'Select']), star, ...from, ...where, ...limit);
    if (depth > 0 && oneIn(6)) return joined('WITH', 'c', 'AS', `(${select(depth - 1)})`, plain);
    return depth > 0 && oneIn(8) ? joined(plain, 'UNION ALL', select(depth - 1)) : plain;
  }

  const depth = 1 + random(3);
  const parts = oneIn(3) ? pivot() : undefined;
  const body = parts ?? [select(depth)];
  const opening =
    oneIn(4) && parts === undefined ? [pick(['EXPLAIN', 'EXPLAIN ANALYZE', 'DESCRIBE', 'SUMMARIZE'])] : [];
  const before = joined(...opening, oneIn(4) ? blank() : '');
  const after = oneIn(4) ? joined('', pick([';', ';;', '-- end', '/* end */', '; SELECT 2', "; COPY t TO 'x'"])) : '';

  /** The parts of a PIVOT, with the place of its list of columns between them. */
  function pivot(): readonly [string, string] {
    const using = oneIn(2) ? joined('USING', `first(${value(1)})`) : '';
    return [joined('PIVOT', table(depth), 'ON', pick(['a', '"a""b;"'])), using];
  }
  const whole = (list: string): string => `${before}${body.join(list)}${after}`;
  return { text: whole(' '), listed: whole(parts === undefined ? ' ' : ' IN (1) ') };
}
