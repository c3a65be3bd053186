import { type TemplateName } from '../../../documents/templateNames.ts';
import { type TemplateContext } from './context.ts';

const field: readonly TemplateName[] = [
  { name: 'name', doc: 'the name of the column without what follows here' },
  { name: 'instrument', doc: 'the first part of the name, `""` without one' },
  { name: 'unit', doc: 'the unit, `""` without one' },
  { name: 'agg', doc: 'the statistic of a column of Reduce, such as `avg`; `""` for others' },
];

const file: readonly TemplateName[] = [
  { name: 'file', doc: 'its path, from the folder of the export or from the page' },
  { name: 'start_time', doc: 'seconds since 1970 UTC; null for a file that is not of a period' },
  { name: 'end_time', doc: 'seconds since 1970 UTC, exclusive' },
];

const variables: Readonly<Record<keyof TemplateContext, Omit<TemplateName, 'name'>>> = {
  args: { doc: 'the captures of the wildcards of `in_pattern`: `args[0]` is the first', items: {} },
  schema: {
    doc: 'the value columns, in `schema.fields`',
    members: [{ name: 'fields', doc: 'the value columns', items: { members: field } }],
  },
  columns: {
    doc: 'all columns',
    items: {
      members: [
        { name: 'name', doc: 'the name of the column' },
        { name: 'type', doc: 'its type in DuckDB, such as `DOUBLE`' },
      ],
    },
  },
  rows: { doc: 'the number of rows' },
  path: { doc: 'the pond path of the input' },
  name: { doc: 'the last component of the path' },
  export: { doc: 'the files of an earlier export: `export[args[0]]` is a list', items: { items: { members: file } } },
};

/** Variables of a template. */
export const templateVariables: readonly TemplateName[] = Object.entries(variables).map(([name, rest]) => ({
  name,
  ...rest,
}));
