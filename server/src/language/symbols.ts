import { type DocumentSymbol, symbolKinds } from '../protocol/language.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { type YamlEntry, entryOf, type YamlNode, type ScalarNode } from '../documents/yamlNode.ts';
import { comparePositions, contains, type TextRange } from '../base/lineMap.ts';
import { readResourceFile } from '../resources/resourceFile.ts';

/** Keys whose value best identifies a list item, in order of preference. */
const namingKeys = ['name', 'out_pattern', 'pattern', 'in_pattern'];

/** Returns one symbol per resource, with its keys below it, and items of lists by their names. */
export function symbols(options: {
  readonly text: string;
  readonly kinds: readonly ResourceKind[];
}): readonly DocumentSymbol[] {
  return readResourceFile(options.text, options.kinds).flatMap(({ root }) => {
    if (root === undefined) return [];
    const name = scalarAt(root, 'name') ?? scalarAt(root, 'kind');
    return [
      {
        name: name === undefined ? 'resource' : labelOf(name),
        ...detail(scalarAt(root, 'kind')),
        kind: symbolKinds.object,
        range: root.range,
        selectionRange: name === undefined ? root.range : within(name.range, root.range),
        children: root.entries.map(entrySymbol),
      },
    ];
  });
}

function entrySymbol(entry: YamlEntry): DocumentSymbol {
  return {
    name: entry.key === '' ? '""' : entry.key,
    kind: symbolKind(entry.value),
    range: cover(entry.keyRange, entry.value.range),
    selectionRange: entry.keyRange,
    children: childSymbols(entry.value),
  };
}

function itemSymbol(item: YamlNode, index: number): DocumentSymbol {
  const name = namingKeys.map((key) => scalarAt(item, key)).find((node) => node !== undefined);
  return {
    name: name === undefined ? `${index + 1}` : labelOf(name),
    kind: symbolKind(item),
    range: item.range,
    selectionRange: name === undefined ? item.range : within(name.range, item.range),
    children: childSymbols(item),
  };
}

/** A list of plain values has no symbols of its own: its key is sufficient. */
function childSymbols(node: YamlNode): readonly DocumentSymbol[] {
  if (node.type === 'map') return node.entries.map(entrySymbol);
  return node.type === 'list' ? node.items.filter((item) => item.type !== 'scalar').map(itemSymbol) : [];
}

function symbolKind(node: YamlNode): DocumentSymbol['kind'] {
  if (node.type === 'list') return symbolKinds.array;
  return node.type === 'map' ? symbolKinds.object : symbolKinds.property;
}

function scalarAt(node: YamlNode, key: string): ScalarNode | undefined {
  const value = entryOf(node, key)?.value;
  return value?.type === 'scalar' && value.value !== null && labelOf(value) !== '' ? value : undefined;
}

function detail(kind: ScalarNode | undefined): { readonly detail?: string } {
  return kind === undefined ? {} : { detail: labelOf(kind) };
}

/** Returns the first line of a value. */
function labelOf(node: ScalarNode): string {
  return String(node.value).trim().split('\n', 1)[0] ?? '';
}

/** Editors reject a selection outside its symbol, as that of an aliased name would be. */
function within(selection: TextRange, range: TextRange): TextRange {
  return contains(range, selection.start) && contains(range, selection.end) ? selection : range;
}

/** An aliased value is located before its key; a symbol's range must still contain its key. */
function cover(key: TextRange, value: TextRange): TextRange {
  return { start: key.start, end: comparePositions(value.end, key.end) > 0 ? value.end : key.end };
}
