import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type PondError } from '../../server/src/base/error.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { fieldsOf } from '../../server/src/resources/kinds/template/fields.ts';
import { findOutputs, renderMatch } from '../../server/src/resources/kinds/template/render.ts';
import { readResource } from '../../server/src/resources/readResource.ts';
import { newResourcePond, stageResource } from '../support/resourcePond.ts';
import { smallParquet } from '../support/smallParquet.ts';

const id = '00000000-0000-4000-8000-000000000001';
const home = `/Template/${id}`;

interface Collection {
  readonly inPattern: string;
  readonly outPattern: string;
  readonly template: string;
}

/** A pond with a Template of one collection, `c`, and the files in `/data`, each a series with those columns. */
async function newPond(
  t: TestContext,
  { inPattern, outPattern, template }: Collection,
  files: Readonly<Record<string, readonly string[]>>,
): Promise<ResourcePond> {
  const pond = await newResourcePond(t);
  const root = await pond.fs.root();
  for (const [path, columns] of Object.entries(files)) {
    await root.createDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
    await root.createFile(path, smallParquet(...columns), { type: 'series' });
  }
  const indented = template.replace(/^/gm, '        ');
  await stageResource(
    pond,
    id,
    `apiVersion: duckpond/v1
kind: Template
name: pages
desc: Pages
spec:
  collections:
    - name: c
      in_pattern: ${JSON.stringify(inPattern)}
      out_pattern: ${JSON.stringify(outPattern)}
      template: |
${indented}
`,
  );
  return pond;
}

async function textAt(pond: ResourcePond, path: string): Promise<string> {
  return Buffer.from(await (await pond.fs.root()).readFile(path)).toString();
}

async function pathsBelow(pond: ResourcePond, path: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const at of (await pond.fs.root()).walk(path)) if (!at.isDirectory) paths.push(at.path);
  return paths;
}

function checkField(column: string, instrument: string, name: string, unit: string, agg: string): void {
  test(`the column ${column} has its parts`, () => {
    assert.deepEqual(fieldsOf([{ name: column, type: 'DOUBLE' }]), [{ name, instrument, unit, agg }]);
  });
}

checkField('BDock.AT500_Surface.DO.mg/L.avg', 'BDock.AT500_Surface', 'DO', 'mg/L', 'avg');
checkField('LT400.Depth.m.max', 'LT400', 'Depth', 'm', 'max');
checkField('A.B.c', 'A', 'B', 'c', '');
checkField('BDock.AT500_Surface.DO.mg/L', 'BDock.AT500_Surface', 'DO', 'mg/L', '');
checkField('Depth.m', 'Depth', 'm', '', '');
checkField('Depth.max', '', 'Depth', '', 'max');
checkField('Depth', '', 'Depth', '', '');
checkField('max', '', 'max', '', '');

test('time columns are not fields', () => {
  const columns = ['TimeStamp', 'RTimestamp', 'A.b.c.min'].map((name) => ({ name, type: 'DOUBLE' }));
  assert.deepEqual(
    fieldsOf(columns).map(({ name }) => name),
    ['b'],
  );
});

test('each match gives a file, named by its captures in any order', async (t) => {
  const template =
    '{{ args[0] }} {{ args | length }} {{ name }} {{ path }} {{ rows }}\n{{ columns[1].name }}: {{ columns[1].type }}';
  const pond = await newPond(
    t,
    { inPattern: '/x/*/y/*', outPattern: '$1-$0.page.html', template },
    { '/x/p/y/q': ['A.b.c'], '/x/r/y/s.t': [] },
  );
  assert.deepEqual(await pathsBelow(pond, home), [
    `${home}/c/q-p.page.html`,
    `${home}/c/s.t-r.page.html`,
    `${home}/resource.yaml`,
  ]);
  assert.equal(await textAt(pond, '/Template/pages/c/q-p.page.html'), 'p 2 q /x/p/y/q 1\nA.b.c: DOUBLE\n');
});

test('a name with slashes is a file in folders', async (t) => {
  const pond = await newPond(
    t,
    { inPattern: '/x/**/*', outPattern: '$0/$1.md', template: '{{ args[1] }}' },
    { '/x/a/b/one': [], '/x/a/two': [], '/x/three': [] },
  );
  const paths = await pathsBelow(pond, `${home}/c`);
  assert.deepEqual(paths, [`${home}/c/a/b/one.md`, `${home}/c/a/two.md`, `${home}/c/three.md`]);
  assert.equal(await textAt(pond, `${home}/c/a/b/one.md`), 'one\n');
  assert.deepEqual(await pathsBelow(pond, `${home}/c/a/b`), [`${home}/c/a/b/one.md`]);
});

test('two inputs with one name are an error of that file only', async (t) => {
  const pond = await newPond(
    t,
    { inPattern: '/x/*/*', outPattern: '$1.md', template: 'text' },
    { '/x/a/same': [], '/x/b/same': [], '/x/a/other': [] },
  );
  assert.deepEqual(await pathsBelow(pond, `${home}/c`), [`${home}/c/other.md`, `${home}/c/same.md`]);
  assert.equal(await textAt(pond, `${home}/c/other.md`), 'text\n');
  await assert.rejects(textAt(pond, `${home}/c/same.md`), {
    code: 'resource-invalid',
    message: /Template\/pages: \/x\/a\/same and \/x\/b\/same are all called "same\.md"/,
    path: `${home}/resource.yaml`,
    position: { line: 8, character: 19 },
  });
});

test('a file with the name of a folder of another file is an error', async (t) => {
  const pond = await newPond(
    t,
    { inPattern: '/x/**/z', outPattern: '$0', template: 'text' },
    { '/x/a/z': [], '/x/a/b/z': [], '/x/c/z': [] },
  );
  assert.deepEqual(await pathsBelow(pond, `${home}/c`), [`${home}/c/a`, `${home}/c/c`]);
  await assert.rejects(textAt(pond, `${home}/c/a`), {
    code: 'resource-invalid',
    message: /\/x\/a\/z and \/x\/a\/b\/z/,
  });
});

test('a match without a name is an error of its collection', async (t) => {
  const collection = { inPattern: '/x/**/z', outPattern: '$0', template: 'text' };
  const pond = await newPond(t, collection, { '/x/z': [] });
  const root = await pond.fs.root();
  await assert.rejects(root.list(`${home}/c`), { code: 'resource-invalid', message: /gives \/x\/z no name/ });
  assert.deepEqual(
    (await root.list(home)).map(({ basename }) => basename),
    ['c', 'resource.yaml'],
  );
});

for (const outPattern of ['.$0.', '..$0', `$0${'é'.repeat(130)}`]) {
  test(`an invalid name of a file is an error of its collection: ${outPattern.slice(0, 8)}`, async (t) => {
    const pond = await newPond(t, { inPattern: '/x/**/z', outPattern, template: 'x' }, { '/x/z': [] });
    const root = await pond.fs.root();
    await assert.rejects(root.list(`${home}/c`), { code: 'resource-invalid', message: /gives \/x\/z no name/ });
  });
}

test('a page lists its columns by name and instrument, and the files that were exported for it', async (t) => {
  const template = `---
title: {{ args[0] }}
---
{% for res, files in export[args[0]] -%}
const {{ res | replace("=", "_") }} = [
{%- for f in files %}
  {start: {{ f.start_time }}, end: {{ f.end_time }}, file: FileAttachment("{{ f.file }}")},
{%- endfor %}
];
{% endfor %}
{% for name, fields in group(by="name", in=schema.fields) %}
## {{ name }}
{% for instrument, aggs in group(by="instrument", in=fields) -%}
{% set first = aggs[0] -%}
- {{ instrument }} ({{ first.unit }}):{% for f in aggs %} {{ f.agg }}{% if not loop.last %},{% endif %}{% endfor %}
{% endfor %}
{%- endfor %}`;
  const pond = await newPond(
    t,
    { inPattern: '/Reduced/site=*/res=1h', outPattern: '$0.md', template },
    {
      '/Reduced/site=Dock/res=1h': [
        'Surface.DO.mg/L.avg',
        'Surface.DO.mg/L.max',
        'Bottom.DO.mg/L.avg',
        'Surface.Depth.m.avg',
      ],
    },
  );
  const resource = (await readResource(pond.fs, 'Template', id))?.resource;
  assert.ok(resource !== undefined);
  const [output] = await findOutputs(resource, pond.layer.inputs(pond.fs), 'c/Dock.md');
  assert.ok(output !== undefined);
  const record = { file: 'Dock/res=1h/year=2024/data_0.parquet', start_time: 1_704_067_200, end_time: 1_735_689_600 };
  const files = { Dock: { 'res=2h': [], 'res=1h': [record] }, Other: { 'res=1h': [] } };
  const expected = (lists: string): string => `---
title: Dock
---
${lists}

## DO
- Bottom (mg/L): avg
- Surface (mg/L): avg, max

## Depth
- Surface (m): avg

`;
  assert.equal(
    await renderMatch(output, files, pond.layer.materializer, {}),
    expected(`const res_1h = [
  {start: 1704067200, end: 1735689600, file: FileAttachment("Dock/res=1h/year=2024/data_0.parquet")},
];
const res_2h = [
];
`),
  );
  assert.equal(await textAt(pond, '/Template/pages/c/Dock.md'), expected(''));
});

test('a file that is not a series has no columns', async (t) => {
  const template = '{{ name }}: {{ schema.fields | length }} fields, {{ rows }} rows';
  const pond = await newPond(t, { inPattern: '/x/*', outPattern: '$0', template }, {});
  const root = await pond.fs.root();
  await root.createDirectory('/x');
  await root.createFile('/x/a.csv', Buffer.from('a,b\n1,2\n'));
  assert.equal(await textAt(pond, '/Template/pages/c/a.csv'), 'a.csv: 0 fields, 0 rows\n');
});

test('a failed template reports the resource and the position in the document', async (t) => {
  const template = 'first\n{{ schema.feilds }}';
  const pond = await newPond(t, { inPattern: '/x/*', outPattern: '$0', template }, { '/x/a': [] });
  await assert.rejects(textAt(pond, '/Template/pages/c/a'), (error: PondError) => {
    assert.equal(error.code, 'template-failed');
    assert.match(error.message, /Template\/pages: the template of c for \/x\/a .* schema\.feilds/);
    assert.equal(error.path, `${home}/resource.yaml`);
    assert.deepEqual(error.position, { line: 11, character: 11 });
    return true;
  });
});

test('a file is computed again when its input or its template changes, and not otherwise', async (t) => {
  const collection = { inPattern: '/x/*', outPattern: '$0', template: '{{ columns | length }}' };
  const pond = await newPond(t, collection, { '/x/a': ['A.b.c'], '/x/b': [] });
  const root = await pond.fs.root();
  const keyOfFile = async (name: string) => (await root.get(`${home}/c/${name}`))?.node.sha256;
  const [a, b] = [await keyOfFile('a'), await keyOfFile('b')];
  assert.equal(await textAt(pond, `${home}/c/a`), '2\n');
  await root.writeFile('/x/a', smallParquet('A.b.c', 'A.d.e'));
  assert.notEqual(await keyOfFile('a'), a);
  assert.equal(await keyOfFile('b'), b);
  assert.equal(await textAt(pond, `${home}/c/a`), '3\n');
  const document = await textAt(pond, `${home}/resource.yaml`);
  await root.writeFile(`${home}/resource.yaml`, Buffer.from(document.replace('columns |', 'args |')));
  assert.notEqual(await keyOfFile('b'), b);
  assert.equal(await textAt(pond, `${home}/c/a`), '1\n');
});
