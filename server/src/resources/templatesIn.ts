/** The `{{ }}` templates that are expanded when a document is applied. */
import { documentSchema } from './model/envelope.ts';
import { type ResourceKind } from './model/kind.ts';
import { type MapNode, type YamlNode, type ScalarNode } from '../documents/yamlNode.ts';
import { type Problem } from '../documents/problem.ts';
import { type Schema } from '../documents/schema.ts';
import { hasTemplate } from '../documents/templateText.ts';

/**
 * Returns the texts of a document that contain a `{{ }}` template and are expanded on apply: those that its schema does
 * not mark as verbatim.
 */
export function templatesIn(node: YamlNode, schema: Schema): readonly ScalarNode[] {
  if (node.type === 'scalar') {
    const isTemplate = schema.type === 'text' && schema.verbatim !== true && typeof node.value === 'string';
    return isTemplate && hasTemplate(node.value) ? [node] : [];
  }
  if (node.type === 'list') {
    return schema.type === 'list' ? node.items.flatMap((item) => templatesIn(item, schema.item)) : [];
  }
  return node.entries.flatMap(({ key, value }) => {
    if (schema.type === 'map') return templatesIn(value, schema.value);
    const field = schema.type === 'object' && Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    return field === undefined ? [] : templatesIn(value, field.schema);
  });
}

/** Returns a problem for each template in a document of the pond that only applying would expand. */
export function leftTemplates(root: MapNode, kinds: readonly ResourceKind[], kind: ResourceKind): readonly Problem[] {
  return templatesIn(root, documentSchema(kinds, kind)).map(({ range }) => ({
    code: 'template-left',
    severity: 'error',
    message: 'a document of the pond cannot have a "{{ }}" template here',
    range,
    hint: 'Variables are put in when a document is applied: write the value itself.',
  }));
}
