import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlugs, pageText, pathFrom, scriptValue } from '../../../server/src/documents/pageNames.ts';
import { randomOf } from '../../support/random.ts';

test('every name becomes one that all hosts accept; different names stay different, equal names equal', () => {
  const slugs = createSlugs();
  const cases = {
    BDock: 'bdock',
    bdock: 'bdock-03e942',
    'site=BDock': 'site-bdock',
    'µg/L': 'g-l-0ba927',
    Ångström: 'angstrom',
    '../..': 'x',
    '.git': 'git',
    CON: 'con-',
    'nul.txt': 'nul-txt-',
    index: 'index-',
    'a:b\\c|d?': 'a-b-c-d',
    '[id]': 'id',
    水: 'x-327b54',
    'data.json.sh': 'data.json-sh',
    'page.md.JS': 'page.md-js',
    'page.md ': 'page-md',
    'page.md-': 'page-md-efa6d4',
  };
  for (const [name, slug] of Object.entries(cases)) assert.equal(slugs.of('', name), slug, name);
  assert.equal(slugs.of('', 'BDock'), 'bdock');
  assert.equal(slugs.of('elsewhere', 'bdock'), 'bdock');
  assert.ok(slugs.of('', 'y'.repeat(300)).length <= 80);
  assert.ok(slugs.of('', `${'y'.repeat(77)}.json`).endsWith('-js'));
});

test('the name of a page has no dot, so that its address has one extension', () => {
  const slugs = createSlugs();
  assert.equal(slugs.ofPage('', 'v1.5'), 'v1-5');
  assert.equal(slugs.ofPage('', 'v1-5').slice(0, 5), 'v1-5-');
  assert.equal(slugs.of('data', 'v1.5'), 'v1.5');
});

test('a name in another script keeps its address when others are added before it', () => {
  const [slugs, more] = [createSlugs(), createSlugs()];
  const before = ['Москва', '日本'].map((name) => slugs.of('', name));
  assert.equal(new Set(before).size, 2);
  const after = ['Киев', 'Москва', '中国', '日本'].map((name) => more.of('', name));
  assert.deepEqual([after[1], after[3]], before);
  assert.equal(new Set(after).size, 4);
});

test('a text has no meaning in Markdown, HTML and the expressions of a page', () => {
  assert.equal(
    pageText('a <b> & "${x}` *_[#\\'),
    'a &#60;b&#62; &#38; &#34;&#36;&#123;x&#125;&#96; &#42;&#95;&#91;&#35;&#92;',
  );
  assert.equal(pageText('5 °C, 水'), '5 &#176;C, 水');
  assert.equal(pageText('a\n\n# b'), 'a&#10;&#10;&#35; b');
});

test('a text cannot reorder a page, or hide in it', () => {
  assert.equal(pageText('a\u202eb\u200bc\u0007'), 'a&#92;u202eb&#92;u200bc&#92;x07');
});

test('names of a site differ on a disk that ignores case and accents, whatever they are', () => {
  const random = randomOf(7);
  const parts = [
    'a',
    'A',
    'ä',
    'a\u0308',
    'ß',
    'SS',
    'İ',
    'i',
    '.',
    '..',
    '/',
    '-',
    '_',
    ' ',
    '\u202e',
    '<',
    'con',
    '.md',
    'ǅ',
    '水',
  ];
  const slugs = createSlugs();
  const names = new Set(
    Array.from({ length: 2000 }, () =>
      Array.from({ length: 1 + random(5) }, () => parts[random(parts.length)]).join(''),
    ),
  );
  const found = [...names].map((name) => slugs.of('', name));
  assert.equal(new Set(found.map((slug) => slug.normalize('NFC').toLowerCase())).size, names.size);
  for (const slug of found) assert.match(slug, /^[a-z0-9_][a-z0-9._-]*$/);
});

test('a value in a script ends neither the script nor its line', () => {
  const value = { '</script>': 'a\u2028b"\\' };
  const text = scriptValue(value);
  assert.deepEqual(JSON.parse(text), value);
  assert.doesNotMatch(text, /[<\n\u2028]/);
});

test('the path from a page to a file goes up to the root', () => {
  assert.equal(pathFrom('index.md', 'data/a'), './data/a');
  assert.equal(pathFrom('reduce/x/y.md', 'data/a'), '../../data/a');
});
