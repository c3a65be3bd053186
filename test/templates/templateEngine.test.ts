import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type PondError } from '../../server/src/base/error.ts';
import { expandText, renderTemplate } from '../../server/src/templates/templateEngine.ts';

const fields = [
  { name: 'DO', instrument: 'Surface', unit: 'mg/L', agg: 'avg' },
  { name: 'DO', instrument: 'Bottom', unit: 'mg/L', agg: 'min' },
  { name: 'Depth', instrument: 'Surface', unit: 'm', agg: 'avg' },
];
const context = {
  schema: { fields },
  args: ['BDock'],
  export: { BDock: { 'res=2h': [{ file: 'c' }], 'res=1h': [{ file: 'a' }, { file: 'b' }] } },
  empty: {},
};

function check(title: string, template: string, expected: string): void {
  test(title, async () => assert.equal(await renderTemplate(template, context), expected));
}

/**
 * A template that fails, with its message and position: `line:character`, 0-based; undefined if no position is
 * reported.
 */
function checkFault(title: string, template: string, message: RegExp, place: string | undefined): void {
  test(title, async () => {
    await assert.rejects(renderTemplate(template, context), (error: PondError) => {
      assert.equal(error.code, 'template-failed');
      assert.match(error.message, message);
      const { position } = error;
      assert.equal(position && `${position.line}:${position.character}`, place);
      return true;
    });
  });
}

check('a text without tags is unchanged, up to the last line break', 'a <b> & "c"\n', 'a <b> & "c"\n');
check('nothing is escaped', '{{ \'<a href="x">\' }}', '<a href="x">');
check(
  'the filter plain makes a text safe for a page',
  '{{ "<b>${1}`js" | plain }} {{ 1.5 | plain }}',
  '&#60;b&#62;&#36;&#123;1&#125;&#96;js 1.5',
);
check('the filter tojson makes a text safe for a script', '{{ "</script>" | tojson }}', '"\\u003c/script\\u003e"');
check(
  'the filter urlencode makes a text a part of a URL, and a map its query',
  `{{ "Dock 1/é&a=b?(x)*~-._!'.csv" | urlencode }} {{ 1.5 | urlencode }} {{ {"k 1": "a/b", "n": 2} | urlencode }}`,
  'Dock%201/%C3%A9%26a%3Db%3F%28x%29%2A~-._%21%27.csv 1.5 k%201=a%2Fb&n=2',
);
check(
  'a loop over a map returns keys in order, with their values',
  '{% for res, files in export[args[0]] %}{{ res }}: {% for f in files %}{{ f.file }} {% endfor %}{% endfor %}',
  'res=1h: a b res=2h: c ',
);
check(
  'a loop over a map supports conditions, trimming and an else',
  "{%- for k, v in export['BDock'] if v | length == 1 -%} {{ k }} {%- endfor -%} {% for k, v in empty %}x{% else %}none{% endfor %}",
  'res=2hnone',
);
check(
  'a condition follows a call, a list and a text with brackets',
  '{% for n, g in group(by="name", in=schema.fields) if g | length == 1 %}{{ n }} {% endfor %}' +
    `{% for a, b in [[1, "if )"], [3, "x"]] if b != "if )" %}{{ a }} {% endfor %}` +
    '{% for k, v in {"(": 1, "]": 2}\n if v == 2 %}{{ k }}{% endfor %}',
  'Depth 3 ]',
);
check('a loop over pairs is a loop over pairs', '{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}', '3 7 ');
check(
  'raw blocks, comments and strings are not evaluated',
  '{% raw %}{% for a, b in c %}{% endraw %}{# {% for a, b in c %} #}{{ "{% for a, b in c %}" }}',
  '{% for a, b in c %}{% for a, b in c %}',
);
check(
  'items are grouped by a field, groups in order of their values, items in their own order',
  '{% for name, group in group(by="name", in=schema.fields) %}{{ name }}:{% for f in group %} {{ f.instrument }}{% endfor %}\n{% endfor %}',
  'DO: Surface Bottom\nDepth: Surface\n',
);
check(
  'a group of groups is a map of maps',
  '{% for n, g in group(by="name", in=schema.fields) %}{% for i, h in group(by="instrument", in=g) %}{{ n }}.{{ i }}.{{ h[0].unit }} {% endfor %}{% endfor %}',
  'DO.Bottom.mg/L DO.Surface.mg/L Depth.Surface.m ',
);
check(
  "the engine's own grouping works too",
  '{% for g in schema.fields | groupby("name") %}{{ g.grouper }}={{ g.list | length }} {% endfor %}',
  'Depth=1 DO=2 ',
);
check(
  'conditions, set and filters bind as in the original',
  "{% set n = schema.fields %}{% if n | length == 1 %}one{% elif n[1].agg == 'min' and not n | length == 2 %}min{% else %}other{% endif %}",
  'min',
);

checkFault('an unknown variable is an error', 'a\n {{ nope }}', /line 2: undefined value: nope$/, '1:4');
checkFault('an unknown field is an error', '{{ schema.feilds }}', /undefined value: schema\.feilds/, '0:3');
checkFault(
  'the place counts from what was written, behind a loop over a map and characters of two units',
  '🦆{% for k, v in empty %}{% endfor %}{{ 🦆 }}',
  /syntax error/,
  '0:40',
);
checkFault(
  'what goes wrong in a loop over a map is in it',
  '{% for k, v in nope %}{% endfor %}',
  /a map or a list of pairs, got nothing/,
  '0:15',
);
checkFault('what does not parse is an error', 'x\n{% if %}\n', /syntax error/, '1:6');
checkFault('a block must end', '{% for a in args %}', /syntax error/, '0:17');
checkFault(
  'a list is not a part of a URL',
  '{{ args | urlencode }}',
  /urlencode expects a text, .* got a list/,
  '0:10',
);
checkFault('a group needs a field', '{{ group(in=schema.fields) }}', /name of a field in "by"/, '0:3');
checkFault('a group needs a list', '{{ group(by="name", in=schema) }}', /a list in "in", got a map/, '0:3');
checkFault('a group needs maps', '{{ group(by="name", in=args) }}', /a list of maps, got a text/, '0:3');
checkFault('a group needs the field', '{{ group(by="x", in=schema.fields) }}', /field "x" .* got nothing/, '0:3');
checkFault('other templates are not to be had', '{% include "x" %}', /template not found/, '0:3');
checkFault('objects of the host are not to be had', '{{ args.constructor }}', /undefined value/, '0:3');

const wide = 'a'.repeat(60);
const attacks: readonly (readonly [string, string, RegExp])[] = [
  [
    'a loop that never ends',
    '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}',
    /more steps/,
  ],
  [
    'a long output',
    `{% for i in range(99999) %}{% for j in range(99) %}${wide}{% endfor %}{% endfor %}`,
    /memory|longer/,
  ],
  ['a repeated text', "{{ 'a' * 1000000000 }}", /memory/],
  ['a long list', '{{ range(1000000000) | join("x") }}', /too many/],
  ['a text that doubles', doubling('x', 40), /memory/],
  [
    'steps that are long',
    `${doubling('x', 21)}{% for i in range(99999) %}{% set y = x.s ~ i %}{% endfor %}`,
    /longer than 3 s/,
  ],
  ['an indentation', "{{ 'a\na' | indent(1000000000) }}", /memory/],
  ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', /recursion/],
  ['brackets in brackets', `{{ ${'['.repeat(100_000)}1${']'.repeat(100_000)} }}`, /recursion|memory/],
  ['a long template', 'a'.repeat(2_000_000), /longer than/],
];

function doubling(name: string, times: number): string {
  return `{% set ${name} = namespace(s='a') %}{% for i in range(${times}) %}{% set ${name}.s = ${name}.s ~ ${name}.s %}{% endfor %}`;
}

for (const [title, template, message] of attacks) {
  test(`${title} is stopped, and the next template renders`, async () => {
    await assert.rejects(renderTemplate(template, context), { code: 'template-failed', message });
    assert.equal(await renderTemplate('{{ args[0] }}', context), 'BDock');
  });
}

test('a page of ten thousand iterations renders', async () => {
  const files = Array.from({ length: 10_000 }, (_, index) => ({ file: `f${index}`, start: index }));
  const template =
    '{% for f in files %}- {{ f.file | upper }}: {{ f.start }}{% if f.start % 2 == 0 %} even{% elif f.start == 3 %} three{% else %} odd{% endif %}\n{% endfor %}';
  const text = await renderTemplate(template, { files });
  assert.equal(text.split('\n').length, 10_001);
  assert.ok(text.startsWith('- F0: 0 even\n- F1: 1 odd\n- F2: 2 even\n- F3: 3 three\n'));
});

test('a render can be cancelled', async () => {
  const control = new AbortController();
  const slow = `${doubling('x', 21)}{% for i in range(99999) %}{% set y = x.s ~ i %}{% endfor %}`;
  const rendered = renderTemplate(slow, {}, { signal: control.signal });
  control.abort();
  await assert.rejects(rendered, { code: 'cancelled' });
  assert.equal(await renderTemplate('{{ a }}', { a: 1 }), '1');
});

test('concurrent renders get their own texts', async () => {
  const texts = await Promise.all([1, 2, 3].map((a) => renderTemplate('{{ a }}', { a })));
  assert.deepEqual(texts, ['1', '2', '3']);
});

test('variables are inserted into a text of a document', async () => {
  assert.equal(await expandText('/Inbox/{{ site }}/*.csv', { site: 'a & b' }), '/Inbox/a & b/*.csv');
  assert.equal(await expandText('no tags, ${env:KEY}', {}), 'no tags, ${env:KEY}');
  await assert.rejects(expandText('{{ other }}', { site: 'a' }), { code: 'template-failed', message: /other/ });
});

test('a template process whose parent died does not continue', async () => {
  const path = fileURLToPath(new URL('../../out/templateWorker.mjs', import.meta.url));
  const child = fork(path, [], { serialization: 'advanced' });
  await once(child, 'message');
  // Nothing stops it, and its steps are so long that their number would take minutes.
  const source = '{% set r = range(100000) %}{% for i in range(100000) %}{{ r|sort|unique|length }}{% endfor %}';
  child.send({ source, context: {} });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, 'SIGTERM');
});
