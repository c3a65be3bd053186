/** Turns the text of a file into the documents that a pond stores. */
import { decode } from '../documents/decode.ts';
import { parseDocuments } from '../documents/document.ts';
import { documentSchema } from '../resources/model/envelope.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { type MapNode, entryOf } from '../documents/yamlNode.ts';
import { type SourcePosition, type TextRange } from '../base/lineMap.ts';
import { type Problem } from '../documents/problem.ts';
import { isSound, readResourceFile } from '../resources/resourceFile.ts';
import { leftTemplates } from '../resources/templatesIn.ts';
import { splitDocuments, type DocumentText } from './documents.ts';
import { expand } from './expand.ts';
import { type ReadHostFile } from './hostFolder.ts';
import { inlineHostFiles } from './hostFiles.ts';
import { rewrite } from '../documents/rewrite.ts';

/** Parameters of the preparation. */
export interface Preparation {
  readonly kinds: readonly ResourceKind[];
  readonly variables: Readonly<Record<string, string>>;
  readonly readHostFile: ReadHostFile;
  /** Called between two documents. */
  readonly between: () => Promise<void>;
}

/** A document in its stored form. */
export interface PreparedDocument {
  readonly kind: ResourceKind;
  readonly name: string;
  /** With variables expanded and templates of host files inlined; secrets are still references. */
  readonly text: string;
  /** Absolute paths of the host files whose texts were inlined. */
  readonly hostFiles: readonly string[];
  /** 0-based line of its file on which its text begins. */
  readonly line: number;
  /** Position of the name in the file. */
  readonly nameRange: TextRange;
}

/** The documents of one text, and their problems; positions are those of the text. */
interface Prepared {
  readonly documents: readonly PreparedDocument[];
  readonly problems: readonly Problem[];
}

/** Returns the resources that a text declares, without those that have errors. */
export async function prepare(text: string, preparation: Preparation): Promise<Prepared> {
  const documents: PreparedDocument[] = [];
  const problems: Problem[] = [];
  let resources = 0;
  for (const part of splitDocuments(text)) {
    await preparation.between();
    const [read] = readResourceFile(part.text, preparation.kinds);
    if (read === undefined) {
      problems.push(...foreign(part).map((problem) => moved(problem, part.line)));
      continue;
    }
    resources++;
    const { kind, root } = read;
    const made =
      isSound(read.problems) && kind && root ? await complete(kind, root, part, preparation) : unfinished([]);
    problems.push(...distinct([...read.problems, ...made.problems]).map((problem) => moved(problem, part.line)));
    if (made.document !== undefined) documents.push(made.document);
  }
  return { documents, problems: resources > 0 ? problems : [...problems, nothing] };
}

const atStart: TextRange = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };

const nothing: Problem = {
  code: 'document-foreign',
  severity: 'error',
  message: 'expected a resource document, got none',
  hint: 'A resource has the keys apiVersion, kind, name, desc and spec.',
  range: atStart,
};

/** A foreign document does no harm, but the user should know that it was ignored. */
function foreign({ text }: DocumentText): readonly Problem[] {
  const root = parseDocuments(text)[0]?.root;
  if (root === undefined) return [];
  const message = 'this document is not a resource, and is skipped';
  return [{ code: 'document-foreign', severity: 'warning', message, range: { ...root.range, end: root.range.start } }];
}

interface Completed {
  readonly problems: readonly Problem[];
  /** Undefined when there are errors. */
  readonly document: PreparedDocument | undefined;
}

const unfinished = (problems: readonly Problem[]): Completed => ({ problems, document: undefined });

/** Expands a document without errors, and checks the result. */
async function complete(
  kind: ResourceKind,
  root: MapNode,
  { text, line }: DocumentText,
  { kinds, variables, readHostFile }: Preparation,
): Promise<Completed> {
  const schema = documentSchema(kinds, kind);
  const expanded = await expand(root, schema, variables);
  if (expanded.problems.length > 0) return unfinished(expanded.problems);
  const inlined = inlineHostFiles(expanded.root, schema, readHostFile);
  const decoded = decode(schema, expanded.root, root.range);
  const problems = [...decoded.problems, ...leftTemplates(expanded.root, kinds, kind), ...inlined.problems];
  const nameRange = entryOf(root, 'name')?.value.range;
  if (decoded.value === undefined || !isSound(problems) || nameRange === undefined) return unfinished(problems);
  const { name } = decoded.value;
  // An edit that renames a key may replace a value that was expanded as well: the content of the host file wins.
  const edits = new Map([...expanded.edits, ...inlined.edits].map((edit) => [placeOf(edit.at), edit]));
  const kept = edits.size === 0 ? text : rewrite(text, [...edits.values()]);
  const { hostFiles } = inlined;
  const document = { kind, name, text: kept, hostFiles, line, nameRange: movedRange(nameRange, line) };
  return { problems: [...problems, ...tooLong(kept)], document };
}

/** The stored document is parsed again on every read, so it must be within the limits. */
function tooLong(text: string): readonly Problem[] {
  const [read] = parseDocuments(text);
  const limit = read?.problems.find(({ code }) => code === 'yaml-too-large');
  return limit === undefined ? [] : [{ ...limit, range: atStart }];
}

const placeOf = ({ line, character }: SourcePosition): string => `${line}:${character}`;

/** Texts without variables report the same problem before and after the expansion. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const known = new Map(problems.map((problem) => [`${placeOf(problem.range.start)} ${problem.message}`, problem]));
  return [...known.values()];
}

function moved(problem: Problem, lines: number): Problem {
  return { ...problem, range: movedRange(problem.range, lines) };
}

function movedRange({ start, end }: TextRange, lines: number): TextRange {
  return { start: { ...start, line: start.line + lines }, end: { ...end, line: end.line + lines } };
}
