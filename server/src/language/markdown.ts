import { type MarkupContent } from '../protocol/language.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { describeSchema, type Field } from '../documents/schema.ts';

/** Describes a field: its purpose, accepted values and an example. */
export function describeField(field: Field): MarkupContent {
  const need = field.required ? 'required' : 'optional';
  const example = field.example.includes('…') ? '' : `\n\nExample: \`${field.example}\``;
  return { kind: 'markdown', value: `${field.doc}\n\n*${describeSchema(field.schema)}, ${need}*${example}` };
}

/** Describes a kind, with its example as a document. */
export function describeKind(kind: ResourceKind): MarkupContent {
  const sentence = `**${kind.kind}** ${kind.summary}. ${kind.doc}`;
  return { kind: 'markdown', value: `${sentence}\n\n\`\`\`yaml\n${kind.example}\`\`\`` };
}
