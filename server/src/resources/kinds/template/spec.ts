import { nameText } from '../../../documents/fieldTypes.ts';
import { list, object, optional, required, type SpecOf, text } from '../../../documents/schema.ts';
import { templateVariables } from './names.ts';
import { checkPatterns, patternFields } from '../../model/patternFields.ts';

/** The `spec` of a Template resource. */
export const templateSpec = object({
  collections: required(
    list(
      object(
        {
          name: required(nameText, 'Name of the collection, a folder under the resource.', 'pages'),
          ...patternFields,
          template: optional(
            text('a template', { verbatim: true, variables: templateVariables }),
            'The template itself.',
            '"# {{ args[0] }}"',
          ),
          template_file: optional(
            text('a text', { inlinedAs: 'template' }),
            'Host file with the template, in or below the folder of the document; hidden files are refused. Applying stores its text as `template`.',
            'site.md.tmpl',
          ),
        },
        { check: checkPatterns, exactlyOneOf: ['template', 'template_file'] },
      ),
      { uniqueBy: 'name' },
    ),
    'Sets of inputs, each with its template, in `template` or in the file `template_file`.',
    '[…]',
  ),
});

export type TemplateSpec = SpecOf<typeof templateSpec>;

/** A set of inputs with its template. */
export type TemplateCollection = TemplateSpec['collections'][number];
