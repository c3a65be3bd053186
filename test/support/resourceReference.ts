/** The parts of docs/resources.md that are generated from the schemas of the kinds. */
import { documentSchema } from '../../server/src/resources/model/envelope.ts';
import { type ResourceKind } from '../../server/src/resources/model/kind.ts';
import { problemCodes } from '../../server/src/documents/problem.ts';
import { describeSchema, type ObjectSchema, type Schema } from '../../server/src/documents/schema.ts';

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

function fieldTable(shape: ObjectSchema): string {
  const rows = fieldRows(shape, '').map((cells) => `| ${cells.join(' | ')} |`);
  return ['| key | value | needed | what it is |', '|---|---|---|---|', ...rows].join('\n');
}

function fieldRows(shape: ObjectSchema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(shape.fields).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const choice = shape.exactlyOneOf?.includes(key) === true;
    const needed = choice ? 'one of these' : field.required ? 'yes' : 'no';
    return [[`\`${path}\``, valueText(field.shape), needed, field.doc], ...nestedRows(field.shape, path)];
  });
}

function nestedRows(shape: Schema, path: string): readonly (readonly string[])[] {
  if (shape.type === 'object') return fieldRows(shape, `${path}.`);
  return shape.type === 'list' ? nestedRows(shape.item, `${path}[]`) : [];
}

function valueText(shape: Schema): string {
  if (shape.type === 'choice') return `one of ${shape.choices.map(({ value }) => `\`${value}\``).join(', ')}`;
  if (shape.type === 'map') return `a mapping from ${valueText(shape.key)} to ${valueText(shape.value)}`;
  if (shape.type === 'anything') return 'a mapping, different for each kind';
  if (shape.type !== 'list') return describeSchema(shape);
  return shape.item.type === 'object' ? 'a list of mappings' : `a list, each ${describeSchema(shape.item)}`;
}

function problemTable(): string {
  const rows = Object.entries(problemCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return ['| code | what it means |', '|---|---|', ...rows].join('\n');
}
