/**
 * Queries that somebody else saved in a pond: each is shown as text, and runs within limits, with a result or one error
 * with a code. None reads a file of the computer.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { resourceOfQuery } from '../../client/vscode/queries/queryResource.ts';
import { queryDetail, queryFileName, queryTitle } from '../../client/vscode/queries/queryStrings.ts';
import { statedPlot, withoutPlot, withPlot } from '../../client/vscode/webviews/plot/statement.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { statements } from '../../server/src/base/sqlStatements.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';

const secret = 'the-content-of-a-file-outside';

/** A file of the computer, in the ways in which a query may name it. */
const outside = (file: string): Readonly<Record<string, string>> => ({
  'a path of the computer': `SELECT * FROM "${file}"`,
  'a path of the computer as text': `SELECT * FROM '${file}'`,
  'a path that goes up': `SELECT * FROM "/a/../../../../../../${file}"`,
  'a path that is read': `SELECT content FROM read_text('${file}')`,
  'an address of a file': `SELECT * FROM 'file://${file}'`,
  'an address of a service': "SELECT * FROM 'http://127.0.0.1:9/x.csv'",
  'an address of a bucket': "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
  'a device': "SELECT * FROM read_csv('/dev/zero')",
  'a path behind a comment': `SELECT * FROM/*"*/"${file}"--"`,
});

const texts: Readonly<Record<string, string>> = {
  nothing: '',
  'semicolons alone': ';'.repeat(10_000),
  'comments alone': '/* a */ -- b\n'.repeat(2_000),
  'comments in comments': `${'/*'.repeat(20_000)} SELECT 1`,
  'a comment without an end': 'SELECT 1 /* ',
  'a text without an end': "SELECT 'a",
  'a name without an end': 'SELECT "a',
  'dollars without an end': 'SELECT $a$ $b$ $',
  'a NUL': 'SELECT 1\0; SELECT 2',
  'a carriage return in a comment': '--\rSELECT 1',
  'an escape of terminals': 'SELECT 1 AS "\x1b]0;title\x07\x1b[2J"',
  'characters that reorder': '-- \u202egnp.exe\u2066\nSELECT 1 AS "\u202egnp"',
  'characters without a width': 'SELECT\u200b 1 AS "a\u200bb"',
  'half a surrogate': "SELECT '\ud800'",
  'markup and links':
    '-- <img src=x onerror=alert(1)> [a](command:workbench.action.quit) $(zap)\nSELECT \'<script>alert(1)</script>\' AS "</td><b>"',
  'placeholders of templates': 'SELECT \'{{ 7 * 7 }} {% include x %} ${env:HOME}\' AS "{{ x }}"',
  'names of prototypes': 'SELECT 1 AS "__proto__", 2 AS "constructor", 3 AS "toString"',
  'parentheses in each other': `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
  'lists in each other': `SELECT ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  'queries in each other': `${'SELECT * FROM ('.repeat(2_000)}SELECT 1${')'.repeat(2_000)}`,
  'functions in each other': `SELECT ${'abs('.repeat(5_000)}1${')'.repeat(5_000)}`,
  'a sum of many': `SELECT ${'1+'.repeat(20_000)}1`,
  'many unions': `SELECT 1${' UNION ALL SELECT 1'.repeat(2_000)}`,
  'many columns': `SELECT ${Array.from({ length: 3_000 }, (_, i) => `${i} AS "c"`).join()}`,
  'a long name': `SELECT 1 AS "${'n'.repeat(100_000)}"`,
  'a long text': `SELECT length('${'x'.repeat(1_000_000)}')`,
  'a long line of words': 'SELECT '.repeat(50_000),
  'parameters by number': 'SELECT $1, ?',
  'parameters by name': 'SELECT $name',
  'a version far away': 'SELECT * FROM "/a.csv@HEAD~99999999999999999999"',
  'a version of nothing': 'SELECT * FROM "/a.csv@@@"',
  'a pattern of braces': `SELECT * FROM "/${'{a,b}'.repeat(60)}.csv"`,
  'a pattern of wildcards': `SELECT * FROM "/${'*a'.repeat(2_000)}"`,
  'a path of many names': `SELECT * FROM "${'/a'.repeat(5_000)}"`,
  'a name of another kind': 'SELECT * FROM "/"',
};

/** Comments that state a plot. */
const plots: Readonly<Record<string, string>> = {
  'a plot that is not JSON': '-- plot: {"kind": ',
  'a plot of another kind': '-- plot: {"kind": "<script>"}',
  'a plot of lists in each other': `-- plot: ${'['.repeat(50_000)}`,
  'a plot with a prototype': '-- plot: {"__proto__": {"polluted": 1}, "constructor": 1}',
  'a plot of many columns': `-- plot: {"ys": ${JSON.stringify(Array.from({ length: 20_000 }, String))}}`,
  'a plot of all numbers': '-- plot: {"range": [-1e999, 1e999]}',
  'a plot wider than a number': '-- plot: {"range": [-1.7e308, 1.7e308]}',
  'two plots': '-- plot: {"kind": "bar"}\n-- plot: {"kind": "line"}',
  'a plot with events elsewhere': '-- plot: {"events": {"path": "/../../etc/passwd", "time": "a"}}',
};
const withStatement = Object.entries(plots).map(([name, comment]) => [name, `${comment}\nSELECT 1 AS a`] as const);

const codes = /^(query-(invalid|forbidden|failed)|not-found|invalid-(path|content)|version-not-found|is-a-directory)$/;

test('a saved query of a stranger gives a result or one error, and the next query runs', async (t) => {
  const { folder, run } = await newPondHost(t);
  const file = join(folder, 'outside.csv');
  writeFileSync(file, `n\n${secret}\n`);
  await run('write', textFile('/a.csv', 'n\n1\n'));
  const all = [...Object.entries({ ...texts, ...outside(file) }), ...withStatement];
  for (const [index, [name, text]] of all.entries()) {
    const path = `/queries/${index}.pondsql`;
    await run('makeDirectory', { path: '/queries', parents: true });
    await run('write', textFile(path, text));
    const content = await run('read', { path });
    assert.ok(content instanceof Uint8Array);
    const saved = Buffer.from(content).toString('utf8');
    const first = statements(saved)
      .slice(0, 2)
      .map((one) => one.text);
    for (const sql of new Set([saved, ...first])) {
      const error: unknown = await run('query', { sql }).then(
        async ({ resultId }) => {
          const rows = await run('rows', { resultId, start: 0, count: 10 });
          assert.ok(!JSON.stringify(rows).includes(secret), name);
          await run('release', { resultId });
        },
        (reason: unknown) => reason,
      );
      if (error === undefined) continue;
      assert.ok(isPondError(error) && codes.test(error.code), `${name}: ${inspect(error)}`);
      assert.ok(!error.message.includes(secret) && error.message.length < 20_000, name);
    }
  }
  assert.equal((await run('query', { sql: 'SELECT n FROM "/a.csv"' })).rowCount, 1);
});

test('a saved query of a stranger is shown as text on one line, under a plain name', () => {
  for (const [name, text] of [...Object.entries({ ...texts, ...outside('/etc/hosts') }), ...withStatement]) {
    for (const shown of [queryTitle(text), queryDetail(text)]) assert.equal(printable(shown), shown, name);
    assert.ok(queryTitle(text).length <= 48, name);
    assert.match(queryFileName(text), /^[a-z0-9]+(-[a-z0-9]+)*\.pondsql$/, name);
    const made = resourceOfQuery(text);
    if (made === undefined) continue;
    const documents = readResourceFile(made, resourceKinds);
    assert.equal(documents.length, 1, name);
    for (const { code } of documents[0]!.problems) assert.doesNotMatch(code, /^yaml-(?!too-)/, `${name}: ${made}`);
  }
});

test('a plot that a stranger states is read whole or not at all', () => {
  for (const [name, text] of withStatement) {
    const stated = statedPlot(text);
    assert.ok(stated !== undefined, name);
    if ('error' in stated) assert.ok(stated.error.length > 0, name);
    else if (stated.range !== undefined) assert.ok(Number.isFinite(stated.range.high - stated.range.low), name);
    const bar = withPlot(text, { kind: 'bar' });
    assert.deepEqual(
      Object.entries(statedPlot(bar) ?? {}).filter(([, value]) => value !== undefined),
      [['kind', 'bar']],
    );
    assert.equal(withoutPlot(bar), withoutPlot(text), name);
  }
  assert.equal(({} as Readonly<Record<string, unknown>>)['polluted'], undefined);
});
