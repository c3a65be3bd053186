import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { isCode, sourceFiles } from '../support/sourceFiles.ts';

const termsMax = 40;
const paragraphWordsMax = 80;

/** Terms that mean the same wherever they are written; the others, such as Run, are also words of every day. */
const specialTerms = [
  ...[
    'Collector',
    'Commit',
    'Delta Lake',
    'Derived file',
    'Hash',
    'Op log',
    'Parquet',
    'Pattern',
    'Pipeline',
    'Placeholder',
  ],
  ...['Pond', 'Resource directory', 'Resource', 'Sandbox', 'Series', 'Staged change', 'Symbolic link', 'UUID', 'YAML'],
];

/** Pages for people who use a pond, by their paths from docs/. */
const pages = [...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')), '../README.md'];

interface Entry {
  readonly term: string;
  readonly text: string;
}

const pageOf = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

/** Entries of the glossary in their order: each begins with a heading of level 2. */
const entries: readonly Entry[] = pageOf('glossary.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const end = section.indexOf('\n');
    return { term: section.slice(0, end), text: section.slice(end) };
  });

/** Anchor that Markdown viewers give to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** Type names of a `Type:` line, each with the name that it had in the original design, if it had another. */
function typesOf(text: string): readonly (readonly string[])[] {
  const line = (/^Type: [^]*/m.exec(text)?.[0] ?? '').replaceAll('\n', ' ');
  return [...line.matchAll(/(?<!\()`(\w+)`(?: \(`(\w+)` in the original design\))?/g)].map(([, name = '', original]) =>
    original === undefined ? [name] : [name, original],
  );
}

/** Paragraphs, list items and table cells of a page, without code blocks and headings. */
function paragraphsOf(page: string): readonly string[] {
  return page
    .replace(/^ *```[^]*?^ *```$/gm, '')
    .split(/\n\s*\n|^(?=\s*(?:[-*]|\d+\.) )|^(?=\|)|^#+ .*$/m)
    .flatMap((block) => (block.startsWith('|') ? block.split(/(?<!\\)\|/) : [block]));
}

const wordsOf = (paragraph: string): readonly string[] => paragraph.split(/\s+/).filter((word) => /\w/.test(word));

test(`the glossary has at most ${termsMax} terms, each once and in alphabetical order`, () => {
  const terms = entries.map(({ term }) => term.toLowerCase());
  assert.ok(terms.length <= termsMax, `${terms.length} terms`);
  assert.deepEqual(terms, [...new Set(terms)].sort());
});

test('every term names a type that the code declares', () => {
  const product = sourceFiles().filter((file) => isCode(file) && /^(server|client)\//.test(file.path));
  const declared = new Set(
    product.flatMap(({ text }) =>
      [...text.matchAll(/^(?:export )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm)].map(
        ([, name = '']) => name,
      ),
    ),
  );
  const wrong = entries.flatMap(({ term, text }) => {
    const types = typesOf(text);
    if (types.length === 0) return [`${term}: no type`];
    const unknown = types.filter((names) => !names.some((name) => declared.has(name)));
    return unknown.map((names) => `${term}: ${names.join(', ')}`);
  });
  assert.deepEqual(wrong, []);
});

for (const name of [...pages, '../CONTRIBUTING.md']) {
  test(`no paragraph of ${join('docs', name)} is longer than ${paragraphWordsMax} words`, () => {
    const long = paragraphsOf(pageOf(name)).filter((paragraph) => wordsOf(paragraph).length > paragraphWordsMax);
    assert.deepEqual(long, []);
  });
}

/** Text of a page that people read as sentences: without code, headings, links, paths, titles, and what is generated. */
function proseOf(page: string): string {
  return page
    .replace(/^ *```[^]*?^ *```$/gm, ' ')
    .replace(/<!-- (\w+) -->[^]*?<!-- \/\1 -->/g, ' ')
    .replace(/^#.*$/gm, ' ')
    .replace(/`[^`]*`|\[[^\]]*\]\([^)]*\)|"[^"\n]*"|\*\*[^*]*\*\*|[\w:.-]*\/[\w./-]*/g, ' ');
}

/** Special terms in the prose of a page that link nowhere to the glossary. */
function unexplainedIn(page: string): readonly string[] {
  const prose = proseOf(page);
  return specialTerms.filter((term) => {
    const isUsed = new RegExp(`(?<![\\w-])${term.replace(' ', '\\s')}(es|s)?(?![\\w-])`, 'i').test(prose);
    return isUsed && !page.includes(`glossary.md#${anchorOf(term)})`);
  });
}

test('a page that uses a special term links it to the glossary', () => {
  assert.deepEqual(unexplainedIn('All ponds have `series`.\n\n# Resource'), ['Pond']);
  assert.deepEqual(unexplainedIn('A [pond](glossary.md#pond) is a folder. All ponds have it.'), []);
  const missing = pages
    .filter((name) => name !== 'glossary.md')
    .flatMap((name) => unexplainedIn(pageOf(name)).map((term) => `${name}: ${term}`));
  assert.deepEqual(missing, []);
});
