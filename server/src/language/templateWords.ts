import { createLineMap, contains } from '../base/lineMap.ts';
import { parseDocuments } from '../documents/document.ts';
import { hasTemplate } from '../documents/templateText.ts';
import { type TemplateName } from '../documents/templateNames.ts';
import {
  type CompletionItem,
  completionItemKinds,
  type Hover,
  type Position,
  type Range,
  snippetFormat,
} from '../protocol/language.ts';
import { documentSchema, kindOf } from '../resources/model/envelope.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { escapeSnippet } from './snippet.ts';
import { entryAt, fieldAt, schemaAt } from './schemaPath.ts';
import { namesAt, wordBefore } from './templateCursor.ts';

/** A position in a document, and the kinds of resources. */
interface At {
  readonly text: string;
  readonly position: Position;
  readonly kinds: readonly ResourceKind[];
}

/** Returns the names at a position in a template, none outside of its tags; undefined outside of templates. */
export function templateCompletion(at: At): readonly CompletionItem[] | undefined {
  const template = templateAt(at);
  if (template === undefined) return undefined;
  const { before, variables, word } = template;
  return namesAt(before, variables).map(({ name, doc }, index) => ({
    label: name,
    kind: completionItemKinds.value,
    detail: doc.replaceAll('`', ''),
    sortText: String(index).padStart(3, '0'),
    insertTextFormat: snippetFormat,
    textEdit: { range: word, newText: escapeSnippet(name) },
  }));
}

/** Returns the meaning of the name at a position in a template; undefined for any other word. */
export function templateHover(at: At): Hover | undefined {
  const template = templateAt(at);
  if (template === undefined) return undefined;
  const { before, variables, word, written } = template;
  const found = namesAt(before, variables).find(({ name }) => name === written);
  return found && { contents: { kind: 'markdown', value: `**${found.name}** ${found.doc}` }, range: word };
}

/** The template at a position: its text up to the position, its variables, and the word there. */
function templateAt({ text, position, kinds }: At):
  | {
      readonly before: string;
      readonly variables: readonly TemplateName[];
      readonly word: Range;
      readonly written: string;
    }
  | undefined {
  // Most documents have none, and need not be parsed for it.
  if (!hasTemplate(text)) return undefined;
  for (const { root } of parseDocuments(text)) {
    const at = root === undefined ? undefined : entryAt(root, position);
    if (root === undefined || at === undefined || !contains(at.entry.value.range, position)) continue;
    const schema = fieldAt(schemaAt(documentSchema(kinds, kindOf(kinds, root)), at.path), at.entry.key)?.schema;
    if (schema?.type !== 'text' || schema.variables === undefined) return undefined;
    const map = createLineMap(text);
    const [start, offset] = [map.offsetAt(at.entry.value.range.start), map.offsetAt(position)];
    const before = text.slice(Math.max(start, offset - lookBackMax), offset);
    const wordStart = offset - wordBefore(before).length;
    const wordEnd = offset + (/^\w*/.exec(text.slice(offset))?.[0].length ?? 0);
    const word = map.rangeOf(wordStart, wordEnd);
    return { before, variables: schema.variables, word, written: text.slice(wordStart, wordEnd) };
  }
  return undefined;
}

/** Length of the text before a position in which loops and tags are looked for, characters. */
const lookBackMax = 20_000;
