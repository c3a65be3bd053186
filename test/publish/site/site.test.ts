import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../../server/src/base/error.ts';
import { type PondHost, newPondHost } from '../../support/commandHost.ts';
import { newSiteHost, oddName } from '../../support/siteHost.ts';

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name)).sort();
}

async function siteOf(
  host: PondHost,
): Promise<{ readonly directory: string; readonly unchanged: number; readonly files: number }> {
  const directory = join(host.folder, 'site');
  return { directory, ...(await host.run('site', { directory, title: 'Harbor' })) };
}

test('a site has a page for each output of Reduce and each Markdown text of Template, under names that all hosts accept', async (t) => {
  const host = await newSiteHost(t);
  const { directory, ...made } = await siteOf(host);
  const files = filesBelow(join(directory, 'src')).map((file) =>
    file.slice(directory.length + 1).replaceAll('\\', '/'),
  );
  assert.deepEqual(
    files.filter((file) => !/^src\/(?:data|components)\//.test(file)),
    [
      'src/datasets.json',
      'src/index.md',
      'src/pages/notes/sites/bdock.md',
      'src/pages/notes/sites/o-neil-b-1-1.md',
      'src/reduce/downsampled/by_site/site-bdock.md',
      'src/reduce/downsampled/by_site/site-o-neil-b-1-1.md',
      'src/style.css',
    ],
  );
  assert.deepEqual(
    { ...made, bytes: 0 },
    { pages: 5, files: filesBelow(directory).length - 2, unchanged: 0, bytes: 0, skipped: [], skippedCount: 0 },
  );
  const index = readFileSync(join(directory, 'src/index.md'), 'utf8');
  assert.equal(index.match(/class="pond-tile"/g)?.length, 4);
  const text = readFileSync(join(directory, 'src/pages/notes/sites/bdock.md'), 'utf8');
  const prefix = '../../../data/downsampled/by_site/site-bdock/res-1h';
  assert.ok(text.includes(`FileAttachment("${prefix}/year=2024/data_0.parquet")`), text);
  assert.ok(text.includes('- mg/L: 3 columns'), text);
});

test("a repeated site keeps unchanged files, files that a user changed, and the user's own files", async (t) => {
  const host = await newSiteHost(t, { days: 3 });
  const { directory, files } = await siteOf(host);
  const own = { 'src/about.md': '# About\n', 'src/style.css': 'body { color: red; }\n' };
  for (const file of filesBelow(directory)) utimesSync(file, 1, 1);
  for (const [path, text] of Object.entries(own)) writeFileSync(join(directory, path), text);
  assert.equal((await siteOf(host)).unchanged, files);
  const manifests = ['.pond-export.json', '.pond-site.json'];
  for (const file of filesBelow(directory)) {
    const isOurs =
      !manifests.some((name) => file.endsWith(name)) && !Object.keys(own).some((path) => file.endsWith(path));
    if (isOurs) assert.equal(statSync(file).mtimeMs, 1000, file);
  }

  await host.run('remove', { paths: [`/sites/${oddName}`], recursive: false });
  await siteOf(host);
  assert.deepEqual(readdirSync(join(directory, 'src/reduce/downsampled/by_site')), ['site-bdock.md']);
  assert.deepEqual(readdirSync(join(directory, 'src/data/downsampled/by_site')), ['site-bdock']);
  for (const [path, text] of Object.entries(own)) assert.equal(readFileSync(join(directory, path), 'utf8'), text);
});

test('a site does not overwrite files of others', async (t) => {
  const host = await newPondHost(t);
  const directory = join(host.folder, 'site');
  mkdirSync(join(directory, 'src'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private": true}');
  writeFileSync(join(directory, 'src/index.md'), '# Mine\n');
  await assert.rejects(siteOf(host), (error) => isPondError(error, 'already-exists'));
  assert.deepEqual(filesBelow(directory).length, 2);

  writeFileSync(join(directory, 'src/index.md'), '');
  await assert.rejects(siteOf(host), (error) => isPondError(error, 'already-exists'));
  assert.equal(existsSync(join(directory, 'observablehq.config.js')), false);
});

test('the site of an empty pond says that it has no content', async (t) => {
  const host = await newPondHost(t);
  const { directory } = await siteOf(host);
  assert.match(readFileSync(join(directory, 'src/index.md'), 'utf8'), /nothing to show yet/);
});

for (const name of ['index', 'reduce/downsampled/by_site/site-bdock', 'pages/notes/sites/bdock']) {
  test(`a page that was changed by hand is not overwritten: ${name}`, async (t) => {
    const host = await newSiteHost(t, { days: 3 });
    const { directory } = await siteOf(host);
    const page = join(directory, 'src', `${name}.md`);
    const before = readFileSync(page, 'utf8');
    writeFileSync(page, '# Mine\n');
    await assert.rejects(siteOf(host), { code: 'already-exists', path: page });
    assert.equal(readFileSync(page, 'utf8'), '# Mine\n');
    writeFileSync(page, before);
    await siteOf(host);
  });
}

test('pages of templates are in the order of their names', async (t) => {
  const host = await newSiteHost(t, { days: 3 });
  for (const name of ['zinc', 'alpha']) {
    const spec = '{ collections: [{ name: c, in_pattern: /sites/BDock, out_pattern: page.md, template: x }] }';
    const text = `apiVersion: duckpond/v1\nkind: Template\nname: ${name}\ndesc: Texts\nspec: ${spec}\n`;
    await host.run('apply', { sources: [{ text, origin: `${name}.yaml` }], directory: host.folder });
  }
  const { directory } = await siteOf(host);
  const links = [...readFileSync(join(directory, 'src/index.md'), 'utf8').matchAll(/href="\.\/pages\/(\w+)\//g)];
  assert.deepEqual([...new Set(links.map(([, name]) => name))], ['alpha', 'notes', 'zinc']);
});

test('the name of a template output cannot make it a program that the build of the site would run', async (t) => {
  const host = await newSiteHost(t, { days: 3 });
  const text = `apiVersion: duckpond/v1
kind: Template
name: programs
desc: Texts under names that Framework runs
spec:
  collections:
    - { name: shell, in_pattern: /sites/BDock, out_pattern: data.json.sh, template: exit 1 }
    - { name: pages, in_pattern: /sites/BDock, out_pattern: page.md.js, template: process.exit(1) }
    - { name: upper, in_pattern: /sites/BDock, out_pattern: PAGE.MD, template: hello }
`;
  await host.run('apply', { sources: [{ text, origin: 'programs.yaml' }], directory: host.folder });
  const { directory } = await siteOf(host);
  assert.deepEqual(
    filesBelow(join(directory, 'src/pages/programs')).map((file) => file.slice(directory.length + 1)),
    ['pages/page.md-js', 'shell/data.json-sh', 'upper/page.md'].map((file) => join('src/pages/programs', file)),
  );
});

test('a site of series without rows is written, and written again', async (t) => {
  const host = await newSiteHost(t, { days: -1 });
  await host.run('remove', { paths: [`/sites/${oddName}`], recursive: false });
  const { files } = await siteOf(host);
  assert.equal((await siteOf(host)).unchanged, files);
});

test('a site lacks what could not be made, says what and why, and has the rest', async (t) => {
  const host = await newSiteHost(t, { days: 3 });
  const text = `apiVersion: duckpond/v1
kind: Template
name: broken
desc: A template that fails
spec:
  collections:
    - { name: pages, in_pattern: /sites/BDock, out_pattern: page.md, template: "{{ missing }}" }
---
apiVersion: duckpond/v1
kind: Derive
name: bad
desc: A query that fails
spec:
  collections:
    - { name: all, pattern: /sites/BDock, query: "SELECT missing FROM '$1'" }
---
apiVersion: duckpond/v1
kind: Reduce
name: unmade
desc: Readings that cannot be made
spec:
  collections:
    - { name: all, resolutions: [1h], datasets: [{ in_pattern: /Derive/bad/all/*, out_pattern: x }] }
`;
  await host.run('apply', { sources: [{ text, origin: 'broken.yaml' }], directory: host.folder });
  const directory = join(host.folder, 'site');
  const { skipped, skippedCount, pages } = await host.run('site', { directory, title: 'Harbor' });
  assert.deepEqual([pages, skippedCount], [5, 2]);
  assert.deepEqual(
    skipped.map(({ displayPath }) => displayPath),
    ['/Reduce/unmade/all/x', '/Template/broken/pages/page.md'],
  );
  assert.match(skipped[0]?.reason ?? '', /Derive\/bad cannot make .*"missing" not found/s);
  assert.doesNotMatch(readFileSync(join(directory, 'src/index.md'), 'utf8'), /unmade|broken/);
  const data = join(host.folder, 'site/src/data');
  const written = filesBelow(data).length;
  assert.ok(written > 1);

  await host.run('deleteResources', { names: ['broken', 'notes', 'unmade', 'bad', 'downsampled'] });
  await siteOf(host);
  assert.deepEqual(filesBelow(data), [join(data, '.pond-export.json')]);
});
