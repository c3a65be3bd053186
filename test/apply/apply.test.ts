import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { WorkingTree } from '../../server/src/pond/workingTree.ts';
import { type Result } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';

type Apply = Result<'apply'>;

interface Applying {
  readonly host: PondHost;
  apply(text: string | readonly string[], variables?: Readonly<Record<string, string>>): Promise<Apply>;
  text(path: string): Promise<string>;
  staged(): Promise<readonly string[]>;
}

async function applying(t: TestContext): Promise<Applying> {
  const host = await newPondHost(t);
  return {
    host,
    apply: (text, variables = {}) => {
      const sources = [text].flat().map((one, index) => ({ text: one, origin: `file${index}` }));
      return host.run('apply', { sources, variables, directory: host.folder });
    },
    text: async (path) => Buffer.from((await host.run('read', { path })) as Uint8Array).toString(),
    staged: async () => (await host.run('status', {})).staged.map(({ path }) => path),
  };
}

const inbox = (name: string, pattern = '/data/*.csv'): string =>
  `apiVersion: duckpond/v1\nkind: Inbox\nname: ${name} # its name\ndesc: Files\nspec:\n  pattern: ${pattern}\n`;

const derive = (name: string, pattern: string, collection = 'all'): string => `apiVersion: v1
kind: Derive
name: ${name}
desc: Series
spec:
  collections:
    - name: ${collection}
      pattern: ${pattern}
      query: SELECT * FROM '$1'
`;

const outcomes = ({ applied, problems }: Apply): readonly string[] => [
  ...applied.map(({ outcome, kind, name }) => `${outcome} ${kind}/${name}`),
  ...problems.map(
    ({ severity, code, origin, line, character }) => `${severity} ${code} ${origin}:${line}:${character}`,
  ),
];

test('a document is stored byte by byte in a resource directory, with a link by its name', async (t) => {
  const { apply, text, host } = await applying(t);
  const document = `# a note\r\n---\r\n${inbox('weather')}# the end`;
  const result = await apply(document);
  assert.deepEqual(outcomes(result), ['created Inbox/weather']);
  const [{ id, directory: home } = { id: '', directory: '' }] = result.applied;
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.equal(home, `/Inbox/${id}`);
  assert.equal(await text('/Inbox/weather/resource.yaml'), document);
  assert.equal((await host.run('stat', { path: '/Inbox/weather' })).target, id);
});

test('an unchanged document stages nothing when it is applied again; a changed one keeps its id', async (t) => {
  const { apply, staged, host, text } = await applying(t);
  const first = await apply(inbox('weather'));
  await host.run('commit', { message: 'weather' });
  assert.deepEqual(outcomes(await apply(inbox('weather'))), ['unchanged Inbox/weather']);
  assert.deepEqual(await staged(), []);
  const changed = await apply(inbox('weather', '/data/*.txt'));
  assert.deepEqual(outcomes(changed), ['changed Inbox/weather']);
  assert.equal(changed.applied[0]?.id, first.applied[0]?.id);
  assert.deepEqual(await staged(), [`${first.applied[0]?.directory}/resource.yaml`]);
  assert.match(await text('/Inbox/weather/resource.yaml'), /\.txt/);
});

test('each document of a file becomes a resource with its own text, and kinds may share a name', async (t) => {
  const { apply, text } = await applying(t);
  const two = derive('weather', '/Inbox/weather/*');
  const result = await apply(`# about both\n---\n${inbox('weather')}---\n${two}...\n---\n# nothing\n`);
  assert.deepEqual(outcomes(result), ['created Inbox/weather', 'created Derive/weather']);
  assert.equal(await text('/Inbox/weather/resource.yaml'), inbox('weather'));
  assert.equal(await text('/Derive/weather/resource.yaml'), two);
});

test('if one of several documents has an error, none is applied, and each problem has its position', async (t) => {
  const { apply, staged } = await applying(t);
  const result = await apply([`${inbox('a')}---\n${inbox('b', 'data/*.csv')}`, 'a: 1\n', inbox('a')]);
  assert.deepEqual(outcomes(result), [
    'error glob-relative file0:12:11',
    'warning document-foreign file1:0:0',
    'error document-foreign file1:0:0',
    'error resource-duplicate file2:2:6',
  ]);
  assert.deepEqual(await staged(), []);
});

test('variables are replaced where the kind allows it, and the rest of the text is unchanged', async (t) => {
  const { apply, text } = await applying(t);
  const document = `# {{ name }}
apiVersion: v1
kind: Derive
name: "{{ site }}-series"   # a name
desc: of {{ site }}
metadata: { owner: "{{ kept }}" }
spec:
  collections:
    - name: '{{ site }}'
      pattern: "/Inbox/{{ site }}/*"
      query: |  # made of files
        SELECT *, '{{ site }}' AS site
          FROM '$1'
`;
  const result = await apply(document, { site: 'harbor: "east"', kept: 'no' });
  assert.deepEqual(outcomes(result), ['created Derive/harbor: "east"-series']);
  const expected = document
    .replace('"{{ site }}-series"', '"harbor: \\"east\\"-series"')
    .replace('of {{ site }}', '"of harbor: \\"east\\""')
    .replace("'{{ site }}'\n      pattern", '"harbor: \\"east\\""\n      pattern')
    .replace('"/Inbox/{{ site }}/*"', '"/Inbox/harbor: \\"east\\"/*"')
    .replace('|  # made of files', '| # made of files')
    .replace("'{{ site }}' AS", `'harbor: "east"' AS`);
  assert.equal(await text('/Derive/harbor: "east"-series/resource.yaml'), expected);
});

test('a missing variable is reported with its position', async (t) => {
  const { apply } = await applying(t);
  const { applied, problems } = await apply(inbox('n').replace('/data/*.csv', '"/data/{{ folder }}/*"'));
  assert.deepEqual(applied, []);
  assert.deepEqual([problems[0]?.code, problems[0]?.line, problems[0]?.character], ['template-failed', 5, 21]);
  assert.match(problems[0]?.message ?? '', /folder/);
});

test('the text after replacement is checked, and a value that contains a template is refused', async (t) => {
  const { apply } = await applying(t);
  const document = inbox('"{{ n }}"');
  assert.deepEqual(outcomes(await apply(document, { n: 'a/b' })), ['error name-invalid file0:2:6']);
  const desc = inbox('n').replace('Files', '"{{ d }}"');
  assert.deepEqual(outcomes(await apply(desc, { d: '{{ x }}' })), ['error template-left file0:3:6']);
});

test('a secret is a reference after replacement, and is never shown', async (t) => {
  const { apply, text } = await applying(t);
  const document = `apiVersion: v1
kind: HydroVu
name: buoys
desc: Buoys
spec:
  key: "{{ key }}"
  secret: \${env:SECRET}
  devices: [{ id: 1, name: Buoy, scope: Buoy, comment: "{{ kept }}" }]
`;
  const refused = await apply(document, { key: 'hunter2' });
  assert.deepEqual(outcomes(refused), ['error secret-literal file0:5:7']);
  assert.doesNotMatch(JSON.stringify(refused), /hunter2/);
  assert.deepEqual(outcomes(await apply(document, { key: '${env:KEY}' })), ['created HydroVu/buoys']);
  const kept = await text('/HydroVu/buoys/resource.yaml');
  assert.match(kept, /key: "\$\{env:KEY\}"\n/);
  assert.match(kept, /comment: "\{\{ kept \}\}"/);
});

const pages = (collection: string): string => `apiVersion: v1
kind: Template
name: pages
desc: Pages
spec:
  collections:
    - name: sites
      in_pattern: /Reduce/*/*
      out_pattern: "{{ prefix }}-$1.md"
      ${collection}
`;

test('the text of a template file becomes part of the document, with its template tags', async (t) => {
  const { apply, text, host } = await applying(t);
  mkdirSync(join(host.folder, 'in'));
  writeFileSync(join(host.folder, 'in/page.tmpl'), '# {{ args[0] }}\n\n  {% if a %}x{% endif %}\n');
  const file = 'template_file: "{{ folder }}/page.tmpl" # the page';
  const variables = { prefix: 'p', folder: 'in' };
  assert.deepEqual(outcomes(await apply(pages(file), variables)), ['created Template/pages']);
  const block = 'template: | # the page\n        # {{ args[0] }}\n\n          {% if a %}x{% endif %}';
  const expected = pages(block).replace('{{ prefix }}', 'p');
  assert.equal(await text('/Template/pages/resource.yaml'), expected);
  assert.deepEqual(outcomes(await apply(pages(file), variables)), ['unchanged Template/pages']);
  writeFileSync(join(host.folder, 'in/page.tmpl'), 'changed');
  assert.deepEqual(outcomes(await apply(pages(file), variables)), ['changed Template/pages']);
});

test('a template file must be below the folder where its document is applied', async (t) => {
  const { apply, host } = await applying(t);
  const elsewhere = temporaryFolder(t);
  writeFileSync(join(elsewhere, 'private'), 'for nobody');
  symlinkSync(elsewhere, join(host.folder, 'link'));
  for (const name of [join(elsewhere, 'private'), '../private', 'link/private', '/etc/hostname']) {
    const result = await apply(pages(`template_file: ${name}`), { prefix: 'p' });
    assert.deepEqual(outcomes(result), ['error file-unreadable file0:9:21'], name);
    assert.match(result.problems[0]?.message ?? '', /^the file .* is not below /);
  }
});

test('a template file is in the folder of its own document, is not hidden, and is named by the outcome', async (t) => {
  const { host } = await applying(t);
  const directory = join(host.folder, 'documents');
  mkdirSync(join(directory, '.git'), { recursive: true });
  for (const name of ['.env', '.git/config', 'page.tmpl']) writeFileSync(join(directory, name), 'text');
  writeFileSync(join(host.folder, 'outside.tmpl'), 'text');
  symlinkSync('.env', join(directory, 'visible'));
  const applied = async (name: string): Promise<Apply> => {
    const sources = [{ text: pages(`template_file: ${name}`), origin: 'file0', directory }];
    return await host.run('apply', { sources, variables: { prefix: 'p' }, directory: host.folder });
  };
  for (const [name, reason] of [
    ['.env', /^the file \.env is hidden: \.env begins with a dot/],
    ['.git/config', /is hidden: \.git begins/],
    ['.git/../.env', /is hidden: \.env begins/],
    ['visible', /^the file visible is hidden: \.env begins/],
    ['../outside.tmpl', /is not below/],
    [join(directory, '.env'), /is hidden/],
  ] as const) {
    const { problems } = await applied(name);
    assert.match(problems[0]?.message ?? '', reason, name);
  }
  assert.deepEqual((await applied('page.tmpl')).applied[0]?.hostFiles, [join(directory, 'page.tmpl')]);
});

test('a template file that is missing, too large, empty or not text is reported with its position', async (t) => {
  const { apply, host } = await applying(t);
  writeFileSync(join(host.folder, 'large'), 'x'.repeat(300_000));
  writeFileSync(join(host.folder, 'binary'), Buffer.of(1, 0, 255));
  writeFileSync(join(host.folder, 'empty'), '\n');
  for (const name of ['missing', 'large', 'binary', 'empty', '.']) {
    const result = await apply(pages(`template_file: ${name}`), { prefix: 'p' });
    assert.deepEqual(outcomes(result), ['error file-unreadable file0:9:21'], name);
  }
});

test('a name that is taken in the pond by anything else is refused', async (t) => {
  const { apply, host } = await applying(t);
  await host.run('makeDirectory', { path: '/Inbox' });
  await host.run('write', textFile('/Inbox/file', 'x'));
  await host.run('link', { path: '/Inbox/link', target: '/elsewhere' });
  await host.run('write', textFile('/Derive', 'x'));
  const result = await apply([inbox('file'), inbox('link'), derive('d', '/Inbox/*/*')].join('---\n'));
  assert.deepEqual(outcomes(result), [
    'error name-taken file0:2:6',
    'error name-taken file0:9:6',
    'error name-taken file0:16:6',
  ]);
  assert.match(result.problems[0]?.message ?? '', /a file that is not a resource is at \/Inbox\/file/);
});

for (const has of ['no home', 'a home without a document']) {
  test(`a name that leads to ${has} determines the resource that a document of this name updates`, async (t) => {
    const { apply, host, text } = await applying(t);
    const id = '2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50';
    await host.run('makeDirectory', { path: has === 'no home' ? '/Inbox' : `/Inbox/${id}`, parents: true });
    await host.run('link', { target: id, path: '/Inbox/weather' });
    const applied = await apply(inbox('weather'));
    assert.deepEqual([outcomes(applied), applied.applied[0]?.id], [['created Inbox/weather'], id]);
    assert.equal(await text('/Inbox/weather/resource.yaml'), inbox('weather'));
  });
}

test('documents that would form a cycle are not applied, and the path of the cycle is reported', async (t) => {
  const { apply, staged } = await applying(t);
  const one = derive('one', '/Derive/two/all/*');
  assert.deepEqual(outcomes(await apply(one)), ['created Derive/one']);
  const before = await staged();
  const result = await apply(`${inbox('a')}---\n${derive('two', '/Derive/one/*/*')}`);
  assert.equal(result.applied.length, 0);
  assert.deepEqual(
    result.problems.map(({ code, origin }) => [code, origin]),
    [['resource-cycle', 'file0']],
  );
  assert.match(result.problems[0]?.message ?? '', /Derive\/one.*→.*Derive\/two|Derive\/two.*→.*Derive\/one/);
  assert.deepEqual(await staged(), before);
  assert.deepEqual(outcomes(await apply(derive('self', '/Derive/self/all/*'))).length, 1);
  assert.deepEqual(outcomes(await apply(derive('three', '/Derive/one/*/*'))), ['created Derive/three']);
});

test('what is read to apply a document does not grow with the number of documents', async (t) => {
  const { apply, host } = await applying(t);
  const readlink = t.mock.method(WorkingTree.prototype, 'readlink');
  const readsOf = async (documents: readonly string[]): Promise<number> => {
    const before = readlink.mock.callCount();
    await apply(documents);
    return (readlink.mock.callCount() - before) / documents.length;
  };
  const named = (count: number): string[] => Array.from({ length: count }, (_, index) => inbox(`n${index}`));
  const changed = (count: number): string[] => named(count).map((text) => `${text}# changed\n`);
  const few = [await readsOf(named(4)), await readsOf(changed(4))];
  const many = [await readsOf(named(48)), await readsOf(changed(48))];
  for (const [index, reads] of many.entries())
    assert.ok(reads <= 2 * Math.max(1, few[index]!), `${few.join()} → ${many.join()}`);
  const before = readlink.mock.callCount();
  await host.run('deleteResources', { names: named(48).map((_, index) => `Inbox/n${index}`) });
  assert.ok(readlink.mock.callCount() - before < 48 * 12);
});

test('an apply that is cancelled stages nothing', async (t) => {
  const { host, staged } = await applying(t);
  const sources = [0, 1, 2].map((index) => ({ text: inbox(`n${index}`), origin: `file${index}` }));
  const controller = new AbortController();
  const progress = (_: string, done: number): void => {
    if (done === 2) controller.abort();
  };
  const { signal } = controller;
  const applied = host.run('apply', { sources, variables: {}, directory: host.folder }, { signal, progress });
  await assert.rejects(applied, { code: 'cancelled' });
  assert.deepEqual(await staged(), []);
});
