/** Completion and hover in the templates of documents. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { templateFilters, templateFunctions, templateStatements } from '../../server/src/documents/templateNames.ts';
import { createLanguageService } from '../../server/src/language/index.ts';
import { templateVariables } from '../../server/src/resources/kinds/template/names.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { renderTemplate } from '../../server/src/templates/templateEngine.ts';
import { caret } from './caret.ts';

const service = createLanguageService();
const names = (of: readonly { readonly name: string }[]): readonly string[] => of.map(({ name }) => name);
const [variables, functions] = [names(templateVariables), names(templateFunctions)];
const field = ['name', 'instrument', 'unit', 'agg'];

/** A document whose template has these lines, with a caret. */
const document = (...lines: readonly string[]): string =>
  `apiVersion: duckpond/v1\nkind: Template\nname: n\ndesc: d\nspec:\n  collections:\n    - name: c\n      in_pattern: /a/*\n      out_pattern: $0.md\n      template: |\n${lines.map((line) => `        ${line}\n`).join('')}`;

const labels = (marked: string): readonly string[] => {
  const { text, position } = caret(marked);
  return service.completion(text, position).map(({ label }) => label);
};

const cases: readonly (readonly [title: string, lines: readonly string[], expected: readonly string[]])[] = [
  ['variables in an expression', ['# {{ |> }}'], [...variables, ...functions]],
  ['variables in a tag that is not closed', ['# {{ na|>'], [...variables, ...functions]],
  ['variables of a condition', ['{% if ro|> %}'], [...variables, ...functions]],
  ['statements', ['{%- |> %}'], names(templateStatements)],
  ['filters', ['{{ args[0] | t|> }}'], names(templateFilters)],
  ['members', ['{{ schema.|> }}'], ['fields']],
  ['members of an item by its position', ['{{ schema.fields[0].un|> }}'], field],
  ['members of a file of an export', ['{{ export[args[0]][0].|> }}'], ['file', 'start_time', 'end_time']],
  ['the name of a loop', ['{% for f in schema.fields %}', '{{ |> }}'], ['f', ...variables, ...functions]],
  ['members of the items of a loop', ['{% for f in columns %}', '{{ f.|>'], ['name', 'type']],
  ['no name of a loop after its end', ['{% for f in columns %}{% endfor %}{{ f.|>'], []],
  [
    'members of grouped items',
    ['{% for unit, list in group(by="unit", in=schema.fields) %}{% for f in list %}', '{{ f.|> }}'],
    field,
  ],
  ['members of a value that was set', ['{% set all = schema.fields %}', '{{ all[0].|> }}'], field],
  ['nothing in the text', ['# Names |> {{ name }}'], []],
  ['nothing in a comment', ['{# |> #}'], []],
  ['nothing in quotes', ['{{ "|>" }}'], []],
  ['nothing for an unknown name', ['{{ other.|> }}'], []],
];

for (const [title, lines, expected] of cases)
  test(`templates offer ${title}`, () => assert.deepEqual(labels(document(...lines)), expected));

test('a completed name replaces the letters around the caret', () => {
  const { text, position } = caret(document('{{ ar|>gs[0] }}'));
  const item = service.completion(text, position).find(({ label }) => label === 'args');
  const { line } = position;
  const range = { start: { line, character: 11 }, end: { line, character: 15 } };
  assert.deepEqual(item?.textEdit, { range, newText: 'args' });
});

test('a hover over a name in a template says what it is; over other words, nothing', () => {
  const hover = (line: string): string | undefined => {
    const { text, position } = caret(document(line));
    return service.hover(text, position)?.contents.value;
  };
  assert.match(hover('{{ ro|>ws }}') ?? '', /number of rows/);
  assert.match(hover('{{ args[0] | pl|>ain }}') ?? '', /as it is/);
  assert.match(hover('{% for f in schema.fields %}{{ f.un|>it }}') ?? '', /unit/);
  assert.equal(hover('ro|>ws'), undefined);
});

test('the engine knows every filter and function that is offered', async () => {
  const unknown: string[] = [];
  const tried = [
    ...templateFilters.map(({ name }) => ({ name, template: `{{ x | ${name} }}` })),
    ...templateFunctions.map(({ name }) => ({ name, template: `{{ ${name}(1) }}` })),
    { name: 'no filter', template: '{{ x | nosuch }}' },
  ];
  for (const { name, template } of tried) {
    await renderTemplate(template, { x: 'a' }).catch((error: unknown) => {
      assert.ok(isPondError(error, 'template-failed'));
      if (/unknown|undefined/.test(error.message)) unknown.push(name);
    });
  }
  assert.deepEqual(unknown, ['no filter']);
});
