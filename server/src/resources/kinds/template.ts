import { itemsOf, scalarOf } from '../specValue.ts';
import { textOf } from '../node.ts';
import { checkPatterns, patternFields } from '../datasets.ts';
import { type ResourceKind } from '../kind.ts';
import { optional, required } from '../shape.ts';
import { nameText, plainText, templateText } from '../texts.ts';

/** Template: texts rendered from what a series holds. */
export const template: ResourceKind = {
  kind: 'Template',
  summary: 'renders a text for each matched series',
  doc: "Each series that a collection's pattern matches gives a text file `/Template/NAME/COLLECTION/OUTPUT`, rendered from a template that knows the columns of the series.",
  spec: {
    type: 'object',
    fields: {
      collections: required(
        {
          type: 'list',
          uniqueBy: 'name',
          item: {
            type: 'object',
            check: checkPatterns,
            exactlyOneOf: ['template', 'template_file'],
            fields: {
              name: required(nameText, 'Name of the collection, a folder under the resource.', 'pages'),
              ...patternFields,
              template: optional(templateText, 'The template itself.', '"# {{ args[0] }}"'),
              template_file: optional(
                plainText,
                'Host file that holds the template; its text is kept when the resource is applied.',
                'site.md.tmpl',
              ),
            },
          },
        },
        'Sets of inputs, each with its template, which is written in `template` or stands in `template_file`.',
        '[…]',
      ),
    },
  },
  derive: async () => (await import('../template/outputs.ts')).deriveTemplates,
  flows: ({ spec }) =>
    itemsOf(spec, 'collections').map((collection) => ({
      writes: `${textOf(collection, 'name')}/**`,
      reads: scalarOf(collection, 'in_pattern'),
    })),
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
