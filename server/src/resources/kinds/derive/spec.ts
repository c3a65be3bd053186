import { checkDeterminism } from './determinism.ts';
import { textFormatSchema } from '../../../documents/textFormat.ts';
import { nameText, pondGlobText, sqlText } from '../../../documents/fieldTypes.ts';
import { type FieldIssue, list, object, optional, required, type SpecOf } from '../../../documents/schema.ts';
import { type SqlInput } from '../../../documents/sqlInputs.ts';
import { entryOf, type MapNode, textOf } from '../../../documents/yamlNode.ts';

/** The file that a query reads, of those that match the pattern. */
function matchedFile(collection: MapNode): readonly SqlInput[] {
  const pattern = textOf(collection, 'pattern');
  const format = entryOf(collection, 'format');
  return pattern === undefined ? [] : [{ name: '$1', pattern, isEach: true, format }];
}

/** The `spec` of a Derive resource. */
export const deriveSpec = object({
  collections: required(
    list(
      object(
        {
          name: required(nameText, 'Name of the collection, a folder under the resource.', 'daily'),
          pattern: required(pondGlobText, 'Pond paths of the input files.', '/Inbox/weather/*.csv'),
          format: optional(
            textFormatSchema,
            'How the input files are read where the query does not say; see [reading files](reading.md).',
            '{ dates: day-first }',
          ),
          query: required(
            sqlText(matchedFile),
            'SQL query that reads one input; `$1` is the path of the matched file.',
            '"SELECT * FROM read_csv(\'$1\')"',
          ),
        },
        { check: ({ query }) => (query === undefined ? [] : [...checkInput(query), ...checkDeterminism(query)]) },
      ),
      { uniqueBy: 'name' },
    ),
    'Sets of inputs, each with its query.',
    '[…]',
  ),
});

export type DeriveSpec = SpecOf<typeof deriveSpec>;

/** A set of inputs with its query. */
export type DeriveCollection = DeriveSpec['collections'][number];

function checkInput(query: string): readonly FieldIssue[] {
  if (/\$1(?!\d)/.test(query)) return [];
  const message = 'the query never reads "$1", so it gives the same for each file';
  const hint = "Read the matched file, for example by read_csv('$1').";
  return [{ key: 'query', code: 'query-without-input', severity: 'warning', message, hint }];
}
