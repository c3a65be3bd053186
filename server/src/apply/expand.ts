import { isPondError } from '../base/error.ts';
import { type MapNode, type YamlNode, partRange, type ScalarNode } from '../documents/yamlNode.ts';
import { type SourcePosition } from '../base/lineMap.ts';
import { type Problem } from '../documents/problem.ts';
import { type Schema } from '../documents/schema.ts';
import { expandText } from '../templates/templateEngine.ts';
import { templatesIn } from '../resources/templatesIn.ts';
import { type DocumentEdit } from '../documents/rewrite.ts';

/** A document with its variables expanded. */
interface Expanded {
  /** Positions are those in the document as written. */
  readonly root: MapNode;
  readonly edits: readonly DocumentEdit[];
  readonly problems: readonly Problem[];
}

/** Expands the templates of a document. A missing variable is a problem at its position. */
export async function expand(
  root: MapNode,
  schema: Schema,
  variables: Readonly<Record<string, string>>,
): Promise<Expanded> {
  const values = new Map<YamlNode, ScalarNode>();
  const problems: Problem[] = [];
  // A text that aliases repeat is one node.
  for (const node of new Set(templatesIn(root, schema))) {
    try {
      const value = await expandText(String(node.value), variables, { name: 'the text' });
      values.set(node, { type: 'scalar', value, range: node.range });
    } catch (error) {
      if (!isPondError(error, 'template-failed')) throw error;
      problems.push(failed(node, error.message, error.position));
    }
  }
  const edits = [...values].map(([node, { value }]) => ({ at: node.range.start, value: String(value) }));
  return { root: { ...root, entries: replacedEntries(root, values) }, edits, problems };
}

function failed(node: ScalarNode, message: string, position: SourcePosition | undefined): Problem {
  const text = String(node.value);
  const start = position && offsetOf(text, position);
  const missing = /undefined value: (.+)$/.exec(message)?.[1];
  return {
    code: 'template-failed',
    severity: 'error',
    message: missing === undefined ? message : `no variable is given for "${missing}"`,
    range: partRange(node, start === undefined ? undefined : { start, end: text.length }),
    hint: "Variables are given when a document is applied: 'pond apply -v NAME=VALUE'.",
  };
}

function offsetOf(text: string, { line, character }: SourcePosition): number {
  const before = text.split('\n').slice(0, line);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + character;
}

/** The same document with some values replaced. */
function replaced(node: YamlNode, values: ReadonlyMap<YamlNode, ScalarNode>): YamlNode {
  if (node.type === 'scalar') return values.get(node) ?? node;
  if (node.type === 'list') return { ...node, items: node.items.map((item) => replaced(item, values)) };
  return { ...node, entries: replacedEntries(node, values) };
}

function replacedEntries({ entries }: MapNode, values: ReadonlyMap<YamlNode, ScalarNode>): MapNode['entries'] {
  return entries.map((entry) => ({ ...entry, value: replaced(entry.value, values) }));
}
