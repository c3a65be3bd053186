import { type ResourceKind } from '../../model/kind.ts';
import { type TemplateSpec, templateSpec } from './spec.ts';

/** Template: renders texts from the content of series. */
export const template: ResourceKind<TemplateSpec> = {
  kind: 'Template',
  icon: 'file-code',
  summary: 'renders a text for each matched series',
  doc: [
    'Each series, table or file that matches the pattern of a collection becomes a text file `/Template/NAME/COLLECTION/OUTPUT`, rendered when it is read. Slashes in `out_pattern` make folders. Two inputs with the same output name are an error of that file (`resource-invalid`).',
    '',
    '**Syntax.** Templates are written in the syntax of Jinja: `{{ value }}`, `{% for %}`, `{% if %}`, `{% set %}`, filters such as `length`, and `-` inside a tag to trim white space.',
    '',
    '- `{% for key, value in MAP %}` visits a map in the order of its keys.',
    '- `group(by="FIELD", in=LIST)` returns a map from each value of a text field to the items that have it.',
    '- `{{ TEXT | urlencode }}` writes a text as a part of a URL: `Dock 1/a.csv` becomes `Dock%201/a.csv`. Of a map, it writes the query: `k=v&k2=v2`.',
    '- Nothing is escaped automatically. An undefined variable is an error.',
    '',
    '**Variables.**',
    '',
    '| name | value |',
    '|---|---|',
    '| `schema.fields` | the value columns, each with `name`, `instrument`, `unit` and `agg`. |',
    '| `columns` | all columns, each with `name` and `type`. |',
    '| `rows` | the number of rows. |',
    '| `args` | the captures of the wildcards of `in_pattern`: `args[0]` is the first. |',
    '| `path`, `name` | pond path of the input, and its last component. |',
    '| `export` | the files of an earlier export, by the captures of its pattern: `export[args[0]]` is a list of `file`, `start_time` and `end_time` (seconds since 1970 UTC). An empty map without an export. |',
    '',
    'A column `Dock.Surface.DO.mg/L.avg` is the field with the `instrument` `Dock.Surface`, the `name` `DO`, the `unit` `mg/L` and the `agg` `avg`. A name that does not end with a statistic of [Reduce](#reduce) has the `agg` `""`. A name of two parts has no unit, a name of one part neither unit nor instrument. Units and names with dots cannot be distinguished. A file that is not a series or table has no fields and 0 rows.',
    '',
    '**Safety.** Names of files and columns come from the data, and a page of a [site](site.md) may contain scripts. On a page, write `{{ args[0] | plain }}`, which shows a text as it is; in a script, write `{{ args[0] | tojson }}`, which is a JavaScript string with its quotes.',
    '',
    '**Errors.** `template-failed`, at its position in the document: the template has a syntax error, fails, or exceeds a limit (steps, 3 seconds of processor time, 64 MB, 8 million characters). The other files are rendered.',
    '',
    '**Changing it.** Edit `template` in the document, or edit the file and apply the document that names it in `template_file`: the texts are rendered again when they are next read.',
  ].join('\n'),
  spec: templateSpec,
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveTemplates(resource, inputs);
  },
  flows: ({ collections }) =>
    collections.map(({ name, in_pattern: pattern }, index) => ({
      writes: `${name}/**`,
      reads: [{ pattern, path: ['collections', index, 'in_pattern'] }],
    })),
  async renderText(rendering) {
    return await (await import('./render.ts')).renderTextAt(rendering);
  },
  example: `apiVersion: duckpond/v1
kind: Template
name: pages
desc: One page for each site
spec:
  collections:
    - name: sites
      in_pattern: /Reduce/downsampled/by_site/site=*/res=1h
      out_pattern: $0.md
      template: |
        # {{ args[0] }}
        {% for field in schema.fields %}
        - {{ field.instrument }}: {{ field.name }} in {{ field.unit }}
        {% endfor %}
`,
};
