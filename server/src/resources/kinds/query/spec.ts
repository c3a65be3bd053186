import { nameText, plainText, pondGlobText, sqlText } from '../../../documents/fieldTypes.ts';
import {
  choice,
  type FieldIssue,
  list,
  object,
  optional,
  required,
  type SpecOf,
  text,
} from '../../../documents/schema.ts';
import { type SqlInput } from '../../../documents/sqlInputs.ts';
import { entryOf, type MapNode, textOf } from '../../../documents/yamlNode.ts';
import { pondNamesIn } from '../../../sandbox/pondNames.ts';
import { checkDeterminism } from '../derive/determinism.ts';

/** The name of a table in SQL, without quotes. */
const tableText = text('a name of a table', {
  check: (name) =>
    /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)
      ? []
      : [{ code: 'format-invalid', message: `expected letters, digits and _, got "${name}"` }],
});

/** The tables that a query reads. */
function namedTables(query: MapNode): readonly SqlInput[] {
  const inputs = entryOf(query, 'inputs')?.value;
  if (inputs?.type !== 'list') return [];
  return inputs.items.flatMap((input) => {
    const [name, pattern] = [textOf(input, 'name'), textOf(input, 'pattern')];
    return name === undefined || pattern === undefined ? [] : [{ name, pattern, isEach: false, format: undefined }];
  });
}

/** The `spec` of a Query resource. */
export const querySpec = object({
  queries: required(
    list(
      object(
        {
          name: required(nameText, 'Name of the query, a folder under the resource.', 'heat'),
          inputs: required(
            list(
              object({
                name: required(tableText, 'Name of the table in the query.', 'water'),
                pattern: required(pondGlobText, 'Pond paths of its files, one table.', '/Combine/stations/harbor/*'),
              }),
              { uniqueBy: 'name' },
            ),
            'The tables of the query.',
            '[…]',
          ),
          query: required(sqlText(namedTables), 'SQL query over the tables.', '"SELECT * FROM water"'),
          parts: optional(
            choice('a calendar period', {
              year: 'a part for each year',
              month: 'a part for each month',
              day: 'a part for each day',
            }),
            'Runs the query for each calendar period (UTC) by itself, with the rows of the inputs in that period. Needs `time`.',
            'month',
          ),
          time: optional(
            plainText,
            'Name of the column with the time in the inputs. With `parts`; an input without it is whole in each part.',
            'Timestamp',
          ),
        },
        { check: (fields) => [...checkQuery(fields.query), ...checkParts(fields)] },
      ),
      { uniqueBy: 'name' },
    ),
    'Queries, each with its inputs.',
    '[…]',
  ),
});

export type QuerySpec = SpecOf<typeof querySpec>;

/** A query with its inputs. */
export type NamedQuery = QuerySpec['queries'][number];

function checkQuery(query: string | undefined): readonly FieldIssue[] {
  if (query === undefined) return [];
  const unnamed = pondNamesIn(query).filter(({ certain }) => certain);
  const hint = 'Give it a name in `inputs`, and read that name: the order of runs follows from the inputs.';
  return [
    ...checkDeterminism(query),
    ...unnamed.map(({ name, index }): FieldIssue => {
      // With the quotes around it.
      const part = index === undefined ? undefined : { start: index, end: index + name.length + 2 };
      const message = `the query reads ${name} by its path`;
      return { key: 'query', code: 'query-unnamed-input', message, hint, ...(part && { part }) };
    }),
  ];
}

interface PartFields {
  readonly parts?: string;
  readonly time?: string;
}

function checkParts({ parts, time }: PartFields): readonly FieldIssue[] {
  if ((parts === undefined) === (time === undefined)) return [];
  const [key, other] = parts === undefined ? ['time', 'parts'] : ['parts', 'time'];
  return [{ key, code: 'key-missing', message: `\`${key}\` needs \`${other}\`` }];
}
