/** Links of pages: to pages, headings and files of this checkout. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { type SourceFile, sourceFiles } from '../support/sourceFiles.ts';

/** A page without its code, in which brackets are not links. */
const withoutCode = (page: string): string => page.replace(/^ *```[^]*?^ *```$|`[^`\n]*`/gm, '');

/** Anchors that Markdown viewers give to the headings of a page. */
function anchorsOf({ text }: SourceFile): ReadonlySet<string> {
  const headings = [...text.replace(/^ *```[^]*?^ *```$/gm, '').matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The links of a page that lead nowhere, as `path: link`. */
function danglingIn(page: SourceFile, pages: ReadonlyMap<string, SourceFile>): readonly string[] {
  const links = [...withoutCode(page.text).matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map(([, link = '']) => link);
  const isDangling = (link: string): boolean => {
    const [file = '', anchor] = link.split('#');
    const path = file === '' ? page.path : posix.join(dirname(page.path), file);
    const target = pages.get(path);
    if (target === undefined) return !existsSync(join(root, path));
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  };
  return links.filter((link) => !/^[a-z]+:/.test(link) && isDangling(link)).map((link) => `${page.path}: ${link}`);
}

test('every link of a page leads to a file, and to a heading where it names one', () => {
  const pages = new Map(
    sourceFiles()
      .filter(({ path }) => path.endsWith('.md'))
      .map((page) => [page.path, page]),
  );
  assert.ok(pages.size > 25);
  assert.deepEqual(
    [...pages.values()].flatMap((page) => danglingIn(page, pages)),
    [],
  );
  const page = { path: 'docs/a.md', text: '# A `b` c\n[one](#a-b-c) [two](#d) [three](none.md) `[four](none)`' };
  assert.deepEqual(danglingIn(page, new Map([[page.path, page]])), ['docs/a.md: #d', 'docs/a.md: none.md']);
});
