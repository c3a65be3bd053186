/** The parts of docs/resources.md that are generated from the schemas of the kinds. */
import { documentSchema } from '../../server/src/resources/model/envelope.ts';
import { type ResourceKind } from '../../server/src/resources/model/kind.ts';
import { textFormatSchema } from '../../server/src/documents/textFormat.ts';
import { problemCodes } from '../../server/src/documents/problem.ts';
import { describeSchema, type ObjectSchema, type Schema } from '../../server/src/documents/schema.ts';

/** Returns `page` with the table of the options of a format between `<!-- options -->` and `<!-- /options -->`. */
export function withOptions(page: string): string {
  const rows = Object.entries(textFormatSchema.fields).map(
    ([key, field]) => `| \`${key}\` | ${valueText(field.schema)} | ${field.doc} | \`${field.example}\` |`,
  );
  const table = ['| option | value | what it is | example in a document |', '|---|---|---|---|', ...rows].join('\n');
  return page.replace(
    /(<!-- options -->\n)[^]*(<!-- \/options -->)/,
    (_, start: string, end: string) => `${start}${table}\n${end}`,
  );
}

/** Returns `page` with each part between `<!-- name -->` and `<!-- /name -->` generated again. */
export function withReference(page: string, kinds: readonly ResourceKind[]): string {
  const parts = {
    document: fieldTable({ ...documentSchema(kinds, undefined) }),
    kinds: kinds.map(kindSection).join('\n\n'),
    problems: problemTable(),
  };
  return Object.entries(parts).reduce((text, [name, content]) => {
    const part = new RegExp(`(<!-- ${name} -->\n)[^]*(\n<!-- /${name} -->)`);
    if (!part.test(text)) throw new Error(`the page has no part "${name}"`);
    return text.replace(part, (_, start: string, end: string) => `${start}${content}${end}`);
  }, page);
}

function kindSection({ kind, summary, doc, spec, example }: ResourceKind): string {
  return [`### ${kind}`, `${kind} ${summary}. ${doc}`, fieldTable(spec), `\`\`\`yaml\n${example}\`\`\``].join('\n\n');
}

function fieldTable(schema: ObjectSchema): string {
  const rows = fieldRows(schema, '').map((cells) => `| ${cells.join(' | ')} |`);
  return ['| key | value | needed | what it is |', '|---|---|---|---|', ...rows].join('\n');
}

function fieldRows(schema: ObjectSchema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(schema.fields).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const choice = schema.exactlyOneOf?.includes(key) === true;
    const withOther = field.neededWith === undefined ? 'no' : `with \`${field.neededWith}\``;
    const needed = choice ? 'one of these' : field.required ? 'yes' : withOther;
    return [[`\`${path}\``, valueText(field.schema), needed, field.doc], ...nestedRows(field.schema, path)];
  });
}

function nestedRows(schema: Schema, path: string): readonly (readonly string[])[] {
  if (schema.type === 'object') return fieldRows(schema, `${path}.`);
  return schema.type === 'list' ? nestedRows(schema.item, `${path}[]`) : [];
}

function valueText(schema: Schema): string {
  if (schema.type === 'choice') return `one of ${schema.choices.map(({ value }) => `\`${value}\``).join(', ')}`;
  if (schema.type === 'map') return `a mapping from ${valueText(schema.key)} to ${valueText(schema.value)}`;
  if (schema.type === 'anything') return 'a mapping, different for each kind';
  if (schema.type !== 'list') return describeSchema(schema);
  return schema.item.type === 'object' ? 'a list of mappings' : `a list, each ${describeSchema(schema.item)}`;
}

function problemTable(): string {
  const rows = Object.entries(problemCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return ['| code | what it means |', '|---|---|', ...rows].join('\n');
}
