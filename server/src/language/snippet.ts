import { type Field, type ObjectSchema, type Schema } from '../documents/schema.ts';

/**
 * Returns a snippet for `key: value` with all required keys below it, each value a tab stop that shows its example.
 * Lines after the first are indented by `indent` columns more than the key.
 */
export function fieldSnippet(key: string, field: Field, indent: number): string {
  const stops = createStops();
  return entryLines(key, field, stops)
    .map((line, row) => (row === 0 ? line : `${' '.repeat(indent)}${line}`))
    .join('\n');
}

/** Escapes text for literal insertion by a snippet. */
export function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, '\\$&');
}

/** Assigns the numbers of tab stops. */
type Stops = (example: string) => string;

function createStops(): Stops {
  let last = 0;
  return (example) => {
    last += 1;
    return `\${${last}:${escapeSnippet(example)}}`;
  };
}

function entryLines(key: string, field: Field, stops: Stops): readonly string[] {
  const below = blockLines(field.schema, stops);
  if (below === undefined) return [`${key}: ${stops(field.example)}`];
  return [`${key}:`, ...below.map((line) => `  ${line}`)];
}

/** Returns the lines of a collection in block style, or undefined for a value that fits after the colon. */
function blockLines(schema: Schema, stops: Stops): readonly string[] | undefined {
  if (schema.type === 'object') return objectLines(schema, stops);
  if (schema.type !== 'list' || schema.item.type !== 'object') return undefined;
  return objectLines(schema.item, stops).map((line, row) => (row === 0 ? `- ${line}` : `  ${line}`));
}

function objectLines(schema: ObjectSchema, stops: Stops): readonly string[] {
  const chosen = schema.exactlyOneOf?.[0];
  return Object.entries(schema.fields)
    .filter(([key, field]) => field.required || (chosen !== undefined && [key, field.neededWith].includes(chosen)))
    .flatMap(([key, field]) => entryLines(key, field, stops));
}

/** Returns a snippet for one item of a list, without its dash, or undefined for a plain value. */
export function itemSnippet(schema: Schema, indent: number): string | undefined {
  if (schema.type !== 'object') return undefined;
  const lines = objectLines(schema, createStops());
  return lines.map((line, row) => (row === 0 ? line : `${' '.repeat(indent)}${line}`)).join('\n');
}
