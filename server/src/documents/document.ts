import { Composer, type CST, type Document, type ErrorCode, Lexer, Parser, type YAMLError } from 'yaml';
import { upgradeDocument } from './upgradeDocument.ts';
import { type YamlNode } from './yamlNode.ts';
import { createLineMap, type LineMap, type TextRange } from '../base/lineMap.ts';
import { type Problem } from './problem.ts';

/** Maximum length of a parsed text, in UTF-16 code units. The parser takes about one second for the worst case. */
export const textLengthMax = 262_144;

/**
 * Maximum number of open collections in a text, above the limit for a document. The library composes documents
 * recursively, and its own guard against stack overflow is unsafe: a regular expression that V8 compiles near the end
 * of the stack ends the process.
 */
const openMax = 256;

/**
 * Maximum number of lexemes in a text: marks, words, spaces and line ends of YAML. The longest text of ordinary documents has
 * fewer; one of marks alone has three times as many, and the library's time depends on them.
 */
const lexemesMax = 200_000;

/** Maximum number of documents in a text: resources as short as can be fill the longest text with fewer. */
const documentsMax = 5_000;

/** Errors of the library that are looked at: of those on one line, one is shown. */
const errorsMax = 1_000;

/** Maximum number of problems per document: a text that is not YAML can have one per character. */
const problemsMax = 100;

/** Hints for the most frequent mistakes. */
const syntaxHints: Partial<Record<ErrorCode, string>> = {
  BAD_SCALAR_START: 'Put the value in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Put a text that holds ": " in quotes, and indent all keys of a mapping alike.',
  MULTILINE_IMPLICIT_KEY: 'Write a colon after the key, and indent all keys of a mapping alike.',
  TAB_AS_INDENT: 'Indent by spaces.',
  TAG_RESOLVE_FAILED: 'Leave the tag out, or put a text that begins with "!" in quotes.',
  UNEXPECTED_TOKEN: 'Put a text that begins with "[" or "{" in quotes.',
};

/** One YAML document of a text. */
export interface ParsedDocument {
  /** Undefined when the document is empty or over a limit. */
  readonly root: YamlNode | undefined;
  /** True when the syntax has errors, so that `root` may not be as intended. */
  readonly broken: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Returns the YAML documents of `text`, with positions and syntax problems; an empty list for an empty text. Never
 * throws. Limits on length, depth and number of values bound time and memory; exceeding one gives one problem.
 */
export function parseDocuments(text: string): readonly ParsedDocument[] {
  const lines = createLineMap(text);
  if (text.length > textLengthMax) return [tooLarge(text, lines)];
  let documents: readonly Document.Parsed[] | Problem;
  try {
    documents = compose(text, lines);
  } catch (cause) {
    const message = `the YAML cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    return [unreadable({ code: 'yaml-syntax', severity: 'error', message, range: lines.rangeOf(0, 1) })];
  }
  if ('code' in documents) return [unreadable(documents)];
  return documents.map((document) => readDocument(text, lines, document));
}

/** The documents as parsed by the library; the problem of a text with too many lexemes, or nested too deeply for it. */
function compose(text: string, lines: LineMap): readonly Document.Parsed[] | Problem {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++count > lexemesMax)
      return tooMany(`${lexemesMax} words and marks of YAML`, lines.rangeOf(parser.offset, parser.offset + 1));
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > openMax) return tooDeep(lines.rangeOf(0, text.length));
  }
  tokens.push(...parser.end());
  return withoutStacks(() => composed(tokens, lines));
}

function composed(tokens: readonly CST.Token[], lines: LineMap): readonly Document.Parsed[] | Problem {
  // The library's search for duplicate keys compares all pairs; upgradeDocument.ts does it in one pass.
  const options = { uniqueKeys: false, intAsBigInt: true, prettyErrors: false, logLevel: 'silent' } as const;
  const documents: Document.Parsed[] = [];
  for (const document of new Composer(options).compose(tokens)) {
    const [start] = document.range;
    if (documents.length === documentsMax) return tooMany(`${documentsMax} documents`, lines.rangeOf(start, start + 1));
    documents.push(document);
  }
  return documents;
}

/**
 * Runs some work in which errors have no stacks. A text can have an error in each line, and the stacks cost most of the
 * time.
 */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function readDocument(text: string, lines: LineMap, document: Document.Parsed): ParsedDocument {
  const converted = upgradeDocument({ text, lines, document });
  if (converted.limit !== undefined) return unreadable(converted.limit);
  const syntax = [
    ...document.errors.slice(0, errorsMax).map((error) => syntaxProblem(lines, error, 'error')),
    ...document.warnings.slice(0, errorsMax).map((error) => syntaxProblem(lines, error, 'warning')),
  ];
  return {
    root: converted.root,
    broken: document.errors.length > 0 || converted.problems.some(({ code }) => code === 'yaml-alias-loop'),
    problems: onePerLine([...converted.problems, ...syntax]).slice(0, problemsMax),
  };
}

/** One mistake makes the parser report several errors on a line; the first is the most precise. */
function onePerLine(problems: readonly Problem[]): readonly Problem[] {
  const taken = new Set<number>();
  return problems.filter((problem) => {
    const line = problem.range.start.line;
    const covered = problem.code === 'yaml-syntax' && taken.has(line);
    taken.add(line);
    return !covered;
  });
}

function syntaxProblem(lines: LineMap, error: YAMLError, severity: Problem['severity']): Problem {
  const [start, end] = error.pos;
  const hint = syntaxHints[error.code];
  return {
    code: 'yaml-syntax',
    severity,
    message: lowerFirst(error.message),
    range: lines.rangeOf(start, end),
    ...(hint !== undefined && { hint }),
  };
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function tooLarge(text: string, lines: LineMap): ParsedDocument {
  const message = `a resource file has at most ${textLengthMax} characters, this one has ${text.length}`;
  const hint = 'Split the file: a folder may hold any number of resource files.';
  return unreadable({ code: 'yaml-too-large', severity: 'error', message, range: lines.rangeOf(0, 1), hint });
}

function tooDeep(range: TextRange): Problem {
  return { code: 'yaml-too-deep', severity: 'error', message: 'values are nested too deeply to be read', range };
}

function tooMany(what: string, range: TextRange): Problem {
  const message = `a resource file has at most ${what}; the check stopped here`;
  const hint = 'Split the file: a folder may hold any number of resource files.';
  return { code: 'yaml-too-many', severity: 'error', message, range, hint };
}

function unreadable(problem: Problem): ParsedDocument {
  return { root: undefined, broken: true, problems: [problem] };
}
