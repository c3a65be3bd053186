import { type ResourceKind } from '../../model/kind.ts';
import { type TemplateSpec, templateSpec } from './spec.ts';

/** Template: renders texts from the content of series. */
export const template: ResourceKind<TemplateSpec> = {
  kind: 'Template',
  summary: 'renders a text for each matched series',
  doc: [
    "Each series, table or file that a collection's pattern matches gives a text file `/Template/NAME/COLLECTION/OUTPUT`, rendered when it is read. Slashes in `out_pattern` make folders. Two inputs with one output name are an error of that file (`resource-invalid`).",
    'Templates are written in Jinja\'s syntax: `{{ value }}`, `{% for %}`, `{% if %}`, `{% set %}`, filters such as `length`, `-` inside a tag to trim white space. `{% for key, value in MAP %}` goes over a map in order of its keys, and `group(by="FIELD", in=LIST)` gives a map from each value of a text field to the items that have it. Nothing is escaped by itself. What is not there is an error.',
    'Names of files and columns come with the data, from whoever made them, and a page of a [site](site.md) can have scripts in it: on a page write `{{ args[0] | plain }}`, which shows a text as it is, and in a script `{{ args[0] | tojson }}`, which is a text of JavaScript with its quotes.',
    'A template sees: `schema.fields`, the value columns with `name`, `instrument`, `unit` and `agg`; `columns`, all columns with `name` and `type`; `rows`; `args`, what the wildcards of `in_pattern` matched (`args[0]`); `path` and `name` of the input; and `export`, the files that an export wrote before: by the captures of its pattern, as in `export[args[0]]`, lists of `file`, `start_time` and `end_time` in seconds since 1970 UTC. Outside of an export, or where nothing was exported for the match, it holds an empty map.',
    'A column `Dock.Surface.DO.mg/L.avg` is the field with the `instrument` `Dock.Surface`, the `name` `DO`, the `unit` `mg/L` and the `agg` `avg`; units and names with dots are not told apart. A name that does not end with `avg`, `min`, `max`, `count` or `sum` has the `agg` `""`; one with two parts has no unit, one with one part neither unit nor instrument. A file that is no series or table has no fields and 0 rows.',
    'A template that does not parse, fails, or takes too much (steps, 3 seconds of processor time, 64 MB, 8 million characters) fails with `template-failed` at its place in the document; the other files are not concerned.',
  ].join('\n\n'),
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
