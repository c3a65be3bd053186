/** The checkout's own text files and what they import, for the tests of its structure. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, extname, join, posix, relative, sep } from 'node:path';
import ts from 'typescript';
import { root } from '../../scripts/run.mjs';
import { lazy } from '../../server/src/base/lazy.ts';

/** A file of the checkout. */
export interface SourceFile {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** One file imports another, or a package. */
export interface Import {
  readonly from: string;
  /** A path relative to the checkout, or the name as written for a package or one of Node's modules. */
  readonly to: string;
}

const textual = new Set(['.ts', '.mjs', '.json', '.md', '.yaml', '.yml', '.sql', '.css', '.html', '']);
/** Relative to the checkout. */
const foreign = new Set([
  'node_modules',
  'out',
  '.cache',
  '.git',
  'demo',
  'test/fixtures',
  'package-lock.json',
  'LICENSE',
]);

/**
 * Every text file that people wrote, in path order; what is installed, built or copied from elsewhere is left out. Read
 * once in a process.
 */
export const sourceFiles = lazy((): readonly SourceFile[] =>
  filesBelow(root).map((file) => ({ path: relativePath(file), text: readFileSync(file, 'utf8') })),
);

const parsed = new WeakMap<SourceFile, ts.SourceFile>();

/** The syntax tree of a file of code, parsed once: the tests of the rules share it. */
export function syntaxOf(file: SourceFile): ts.SourceFile {
  const source = parsed.get(file) ?? ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  parsed.set(file, source);
  return source;
}

/** Calls a function with each node of a file, parents first. */
export function eachNode(file: SourceFile, visit: (node: ts.Node) => void): void {
  const enter = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, enter);
  };
  enter(syntaxOf(file));
}

function relativePath(file: string): string {
  return relative(root, file).split(sep).join('/');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !foreign.has(relativePath(join(folder, name))))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(file);
      return entry.isFile() && textual.has(extname(entry.name)) ? [file] : [];
    });
}

/** True for a file of TypeScript or JavaScript. */
export function isCode({ path }: SourceFile): boolean {
  return /\.(ts|mjs)$/.test(path);
}

/** What a file imports, of types, lazily and by `require` too, in order. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
    from: path,
    to: fileName.startsWith('.') ? posix.join(dirname(path), fileName) : fileName,
  }));
}

/** A function of a file. */
interface LongFunction {
  /** `path:line`, the line 1-based. */
  readonly at: string;
  readonly lines: number;
}

/**
 * The functions of a file, named ones and callbacks, that are longer than so many lines, in order. A function that does
 * nothing but register tests (the callback of a `describe`) is exempt: it grows with their number.
 */
export function longFunctions(file: SourceFile, linesMax: number): readonly LongFunction[] {
  if (file.text.split('\n').length <= linesMax) return [];
  const source = syntaxOf(file);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const found: LongFunction[] = [];
  eachNode(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined || registersTests(node.body)) return;
    const first = lineOf(node.getStart(source));
    const lines = lineOf(node.end) - first + 1;
    if (lines > linesMax) found.push({ at: `${file.path}:${first}`, lines });
  });
  return found;
}

/** What is called to register a test, a group of tests, or what is done around them. */
const registrars = new Set(['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach', 'check']);

/** True when every statement, also of a loop, is the call of a registrar. */
function registersTests(body: ts.Node): boolean {
  if (ts.isForOfStatement(body)) return registersTests(body.statement);
  if (ts.isBlock(body)) return body.statements.length > 0 && body.statements.every(registersTests);
  if (!ts.isExpressionStatement(body) || !ts.isCallExpression(body.expression)) return false;
  const { expression: called } = body.expression;
  return ts.isIdentifier(called) && registrars.has(called.text);
}
