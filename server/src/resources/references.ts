/** Places in the documents of resources that name a path of the pond: patterns, tables of queries, directories. */
import { createLineMap, type TextRange } from '../base/lineMap.ts';
import { type StoredResource } from './readResource.ts';

/** A document that names a path. */
interface Reference {
  readonly reader: StoredResource;
  /** Places of the path in the text of the document, in its order; what is below the path follows them. */
  readonly ranges: readonly TextRange[];
}

/** A character before or after a path that makes it part of another one. */
const inPathBefore = /[\p{L}\p{N}_.*?\]})/-]/u;
const inPathAfter = /[\p{L}\p{N}_.*?[{(-]/u;

/**
 * Returns the documents that name one of the paths literally, or anything below it, in the order given. A pattern that
 * only matches it, such as `/in/*.csv` for `/in/a.csv`, does not name it. The root is named by none.
 */
export function referencesTo(documents: readonly StoredResource[], paths: readonly string[]): readonly Reference[] {
  const sought = paths.filter((path) => path !== '/');
  return documents.flatMap((reader) => {
    const ranges = sought.flatMap((path) => rangesOf(reader.text, path));
    return ranges.length === 0 ? [] : [{ reader, ranges: ranges.toSorted(byStart) }];
  });
}

/** Places of a path in a text where it is not part of a longer name. */
function rangesOf(text: string, path: string): readonly TextRange[] {
  if (!text.includes(path)) return [];
  const lines = createLineMap(text);
  const found: TextRange[] = [];
  for (let start = text.indexOf(path); start >= 0; start = text.indexOf(path, start + 1)) {
    const end = start + path.length;
    const isPart = inPathBefore.test(text.charAt(start - 1)) || inPathAfter.test(text.charAt(end));
    if (!isPart) found.push(lines.rangeOf(start, end));
  }
  return found;
}

function byStart(a: TextRange, b: TextRange): number {
  return a.start.line - b.start.line || a.start.character - b.start.character;
}
