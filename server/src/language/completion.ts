import { type CompletionItem, completionItemKinds, type Position, snippetFormat } from '../protocol/language.ts';
import { parseDocuments } from '../documents/document.ts';
import { documentSchema, isResource, kindOf, mayBecomeResource } from '../resources/model/envelope.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { nodeAt, type ValuePath, type YamlNode } from '../documents/yamlNode.ts';
import { describeSchema, type Field, type Schema } from '../documents/schema.ts';
import { type Cursor, cursorAt, cursorKey } from './cursor.ts';
import { describeField, describeKind } from './markdown.ts';
import { entryWithKey, fieldAt, schemaAt } from './schemaPath.ts';
import { templateCompletion } from './templateWords.ts';
import { escapeSnippet, fieldSnippet, itemSnippet } from './snippet.ts';

/** Returns the completions at the position, in the order of the documentation; an empty list outside of resources. */
export function completion(options: {
  readonly text: string;
  readonly position: Position;
  readonly kinds: readonly ResourceKind[];
}): readonly CompletionItem[] {
  const { text, position, kinds } = options;
  const inTemplate = templateCompletion(options);
  if (inTemplate !== undefined) return inTemplate;
  const cursor = cursorAt(text, position);
  if (cursor === undefined) return [];
  for (const { root } of parseDocuments(cursor.text)) {
    const at = root === undefined ? undefined : entryWithKey(root, cursorKey);
    if (root?.type !== 'map' || at === undefined) continue;
    const written = { ...root, entries: root.entries.filter((entry) => entry.key !== cursorKey) };
    if (!isResource(kinds, root) && !mayBecomeResource(written)) return [];
    const kind = kindOf(kinds, root);
    const schema = schemaAt(documentSchema(kinds, kind), at.path);
    if (cursor.typing === 'value') return valueItems(cursor, kinds, fieldAt(schema, cursor.key ?? '')?.schema);
    const keys = keyItems(cursor, schema, siblingsOf(root, at.path));
    return written.entries.length === 0 && at.path.length === 0
      ? [...kinds.map((each) => resourceItem(cursor, each)), ...keys]
      : keys;
  }
  return [];
}

function siblingsOf(root: YamlNode, path: ValuePath): readonly string[] {
  const node = nodeAt(root, path);
  return node?.type === 'map' ? node.entries.map((entry) => entry.key) : [];
}

function keyItems(cursor: Cursor, schema: Schema | undefined, siblings: readonly string[]): readonly CompletionItem[] {
  if (schema?.type === 'object') {
    const excluded = schema.exactlyOneOf?.some((key) => siblings.includes(key)) === true ? schema.exactlyOneOf : [];
    return Object.entries(schema.fields)
      .filter(([key]) => !siblings.includes(key) && !excluded.includes(key))
      .map(([key, field], index) => keyItem(cursor, key, field, index));
  }
  if (schema?.type === 'map' && schema.key.type === 'choice') {
    return schema.key.choices
      .filter(({ value }) => !siblings.includes(value))
      .map(({ value, doc }) => wordItem(cursor, { value, doc, newText: cursor.hasColon ? value : `${value}: ` }));
  }
  if (schema?.type === 'list') return listItems(cursor, schema.item);
  return valuesOf(schema).map((choice) => wordItem(cursor, { ...choice, newText: escapeSnippet(choice.value) }));
}

function keyItem(cursor: Cursor, key: string, field: Field, index: number): CompletionItem {
  return {
    label: key,
    kind: completionItemKinds.property,
    detail: `${describeSchema(field.schema)}${field.required ? '' : ', optional'}`,
    documentation: describeField(field),
    sortText: `${field.required ? 0 : 1}${String(index).padStart(2, '0')}`,
    insertTextFormat: snippetFormat,
    textEdit: { range: cursor.range, newText: cursor.hasColon ? key : fieldSnippet(key, field, cursor.extraIndent) },
  };
}

/** Completions below the key of a list, for its first or next item. */
function listItems(cursor: Cursor, item: Schema): readonly CompletionItem[] {
  const snippet = itemSnippet(item, cursor.extraIndent + 2);
  if (snippet === undefined) {
    return valuesOf(item).map((choice) => wordItem(cursor, { ...choice, newText: `- ${escapeSnippet(choice.value)}` }));
  }
  return [
    {
      label: '- item',
      kind: completionItemKinds.snippet,
      detail: 'a new item of the list',
      insertTextFormat: snippetFormat,
      textEdit: { range: cursor.range, newText: `- ${snippet}` },
    },
  ];
}

function valueItems(
  cursor: Cursor,
  kinds: readonly ResourceKind[],
  schema: Schema | undefined,
): readonly CompletionItem[] {
  const items = valuesOf(schema?.type === 'list' ? schema.item : schema);
  return items.map((choice) => {
    const kind = cursor.key === 'kind' ? kinds.find((each) => each.kind === choice.value) : undefined;
    const item = wordItem(cursor, { ...choice, newText: escapeSnippet(choice.value) });
    return kind === undefined ? item : { ...item, documentation: describeKind(kind) };
  });
}

const truthValues = [
  { value: 'true', doc: 'yes' },
  { value: 'false', doc: 'no' },
];

function valuesOf(schema: Schema | undefined): readonly { readonly value: string; readonly doc: string }[] {
  if (schema?.type === 'choice') return schema.choices;
  if (schema?.type === 'boolean') return truthValues;
  return schema?.type === 'text' ? (schema.values ?? []) : [];
}

function wordItem(
  cursor: Cursor,
  word: { readonly value: string; readonly doc: string; readonly newText: string },
): CompletionItem {
  return {
    label: word.value,
    kind: completionItemKinds.enumMember,
    detail: word.doc,
    insertTextFormat: snippetFormat,
    textEdit: { range: cursor.range, newText: word.newText },
  };
}

/** A whole document of one kind, for an empty file. */
function resourceItem(cursor: Cursor, kind: ResourceKind): CompletionItem {
  return {
    label: `${kind.kind} resource`,
    kind: completionItemKinds.snippet,
    detail: kind.summary,
    documentation: describeKind(kind),
    sortText: `2${kind.kind}`,
    insertTextFormat: snippetFormat,
    textEdit: { range: cursor.range, newText: escapeSnippet(kind.example) },
  };
}
