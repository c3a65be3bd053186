import { decode, type Decoded } from '../documents/decode.ts';
import { parseDocuments, type ParsedDocument } from '../documents/document.ts';
import { documentSchema, type Envelope, isResource, kindOf, looksLikeResource } from './model/envelope.ts';
import { type ResourceKind } from './model/kind.ts';
import { entryOf, type MapNode, type YamlNode, textOf } from '../documents/yamlNode.ts';
import { comparePositions, type TextRange } from '../base/lineMap.ts';
import { type Problem } from '../documents/problem.ts';

/** Maximum number of problems reported per document; more would not be read. */
const problemsMax = 100;

/** A document of a file that is meant to be a resource. */
export interface ResourceDocument {
  /** Undefined if it is not a mapping or cannot be parsed. */
  readonly root: MapNode | undefined;
  /** Undefined if the kind is missing or unknown. */
  readonly kind: ResourceKind | undefined;
  /** Undefined if there are errors, or templates that are expanded when the document is applied. */
  readonly envelope: Envelope | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Returns the resources that `text` declares, each with its problems in the order of the text. Other documents are
 * skipped, so a file without resources gives an empty list. Never throws; reads nothing but the text.
 */
export function readResourceFile(text: string, kinds: readonly ResourceKind[]): readonly ResourceDocument[] {
  const documents = parseDocuments(text).filter(({ root, broken }) =>
    broken && root?.type !== 'map' ? looksLikeResource(kinds, text) : isResource(kinds, root),
  );
  const names = new Map<string, TextRange>();
  return documents.map((document) => {
    const { value: envelope, problems: own } = decodeDocument(document, kinds);
    const problems = [...own, ...checkRepeated(document.root, names)];
    return {
      root: document.root?.type === 'map' ? document.root : undefined,
      kind: kindOf(kinds, document.root),
      envelope: isSound(problems) ? envelope : undefined,
      problems: distinct(problems).sort(byPosition).slice(0, problemsMax),
    };
  });
}

/** While the syntax is broken, the values may not be as intended, so only syntax errors are reported. */
function decodeDocument(document: ParsedDocument, kinds: readonly ResourceKind[]): Decoded<Envelope> {
  const { root, broken, problems } = document;
  if (broken || root?.type !== 'map') return { value: undefined, problems };
  const kind = kindOf(kinds, root);
  const owner = entryOf(root, 'kind')?.keyRange ?? root.entries[0]?.keyRange ?? root.range;
  const decoded = decode(documentSchema(kinds, kind), root, owner);
  return { value: decoded.value, problems: [...problems, ...decoded.problems] };
}

/** True without problems of severity `error`. */
export function isSound(problems: readonly Problem[]): boolean {
  return problems.every(({ severity }) => severity !== 'error');
}

/** Adds the document to `names`, and returns a problem if its kind and name already exist. */
function checkRepeated(root: YamlNode | undefined, names: Map<string, TextRange>): readonly Problem[] {
  const kind = textOf(root, 'kind');
  const name = textOf(root, 'name');
  const range = entryOf(root, 'name')?.value.range;
  if (kind === undefined || name === undefined || range === undefined) return [];
  const id = `${kind}/${name}`;
  const first = names.get(id);
  if (first === undefined) {
    names.set(id, range);
    return [];
  }
  const related = { message: 'the first is here', range: first };
  const message = `the file declares ${kind} "${name}" twice`;
  return [{ code: 'resource-duplicate', severity: 'error', message, range, related }];
}

function byPosition(a: Problem, b: Problem): number {
  return comparePositions(a.range.start, b.range.start);
}

/** An aliased value is checked at each use, which gives the same problems at the same position each time. */
function distinct(problems: readonly Problem[]): Problem[] {
  const known = new Map<string, Problem>();
  for (const problem of problems) {
    const { start } = problem.range;
    known.set(`${start.line}:${start.character}:${problem.code}:${problem.message}`, problem);
  }
  return [...known.values()];
}
