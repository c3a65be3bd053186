/** Numbers of JSON that a double does not hold stay as they are written, wherever JSON is read. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isInexactNumber, mayBeInexact, NumberQuoter } from '../../server/src/sandbox/jsonLines/inexactNumbers.ts';
import { newPondHost } from '../support/commandHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

for (const [text, isInexact] of [
  ['0.1', false],
  ['0.12345678901234567', false],
  ['0.00012345678901234567', false],
  ['1.7976931348623157e308', false],
  ['5e-324', false],
  ['0e-999', false],
  ['0.000000000000000000000', false],
  ['22.4000000000000000000', false],
  ['120000000000000000000.0', false],
  ['123456789012345678901234567890', false],
  ['1e400', false],
  ['0.1000000000000000055511', false],
  ['0.123456789012345678', true],
  ['-12345678901234567.8', true],
  ['12345678901234567890e-3', true],
  ['1e-400', true],
  ['1E-0400', true],
  ['0.33333333333333333333', true],
] as const) {
  test(`${text} ${isInexact ? 'has more than a double holds' : 'is read as it is'}`, () => {
    assert.equal(isInexactNumber(text), isInexact);
    if (isInexact) assert.match(text, mayBeInexact);
  });
}

test('numbers are put into quotes outside of texts, however the JSON is cut into chunks', () => {
  const parts = ['0.12345678901234567890', '1e-400', '5', '"0.12345678901234567890"', '"\\""', '"\\\\"', 'true', '"é"'];
  for (const seed of seeds(300)) {
    const random = randomOf(seed);
    const chosen = Array.from({ length: 1 + random(6) }, () => parts[random(parts.length)]!);
    const expected = chosen.map((part) => (isInexactNumber(part) ? `"${part}"` : part)).join(', ');
    const text = Buffer.from(chosen.join(', ')).toString('latin1');
    const quoter = new NumberQuoter();
    let found = '';
    for (let from = 0; from < text.length;) {
      const to = from + 1 + random(9);
      found += quoter.quoted(text.slice(from, to), false);
      from = to;
    }
    found += quoter.quoted('', true);
    assert.equal(Buffer.from(found, 'latin1').toString(), expected, `seed ${seed}`);
    assert.equal(quoter.hasQuoted, chosen.some(isInexactNumber), `seed ${seed}`);
  }
});

const long = '0.12345678901234567890';
const lines = `{"a":0.5,"b":1.5,"c":{"d":[0.5]}}\n{"a":${long},"b":2.5,"c":{"d":[1e-400]}}\n`;

/** Files with the same rows. */
const files: Readonly<Record<string, Uint8Array>> = {
  'a.ndjson': Buffer.from(lines),
  'b.json': Buffer.from(`[${lines.trim().replace('\n', ',')}]`),
  'c.ndjson.gz': gzipSync(lines),
  'd.ndjson': Buffer.from(`\ufeff${lines}`),
  'e.json': Buffer.from(lines, 'utf16le'),
};

const derive = `apiVersion: v1
kind: Derive
name: x
desc: test
spec:
  collections: [{ name: c, pattern: /in/*, query: "FROM '$1'" }]
`;

test('a number of more than 17 digits, or too small for a double, is text in queries, derived and stored series', async (t) => {
  const { folder, run } = await newPondHost(t);
  await run('makeDirectory', { path: '/in' });
  await run('apply', { sources: [{ text: derive, origin: 'f' }], directory: folder });
  const expected = `a,b,c\n0.5,1.5,"{""d"":[0.5]}"\n${long},2.5,"{""d"":[""1e-400""]}"\n`;
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    await run('import', { sources: [file], path: '/in' });
    for (const path of [`/in/${name}`, `/Derive/x/c/${name}`]) {
      const { text } = await run('queryToText', {
        sql: `SELECT a, b, to_json(c) AS c FROM "${path}" ORDER BY b`,
        format: 'csv',
      });
      assert.equal(text.replace('[""0.5""]', '[0.5]'), expected, path);
    }
  }
  const { text } = await run('queryToText', {
    sql: 'SELECT a, count(*) AS n, sum(b) AS b FROM "/in/*" GROUP BY ALL ORDER BY a DESC',
    format: 'csv',
  });
  assert.equal(text, `a,n,b\n0.5,5,7.5\n${long},5,12.5\n`);
});

test('such a number in the last lines of a large file is text too, in a query and derived', async (t) => {
  const { folder, run } = await newPondHost(t);
  await run('makeDirectory', { path: '/in' });
  await run('apply', { sources: [{ text: derive, origin: 'f' }], directory: folder });
  // The columns of files from 4 MiB on are found in example lines.
  const line = `{"a":0.5,"b":"${'n'.repeat(1000)}"}\n`;
  writeFileSync(join(folder, 'large.ndjson'), `${line.repeat(4500)}{"a":${long},"b":"late"}\n`);
  await run('import', { sources: [join(folder, 'large.ndjson')], path: '/in' });
  for (const path of ['/in/large.ndjson', '/Derive/x/c/large.ndjson']) {
    const { text } = await run('queryToText', {
      sql: `SELECT a, typeof(a) FROM "${path}" WHERE b = 'late'`,
      format: 'csv',
    });
    assert.equal(text, `a,typeof(a)\n${long},VARCHAR\n`, path);
  }
});
