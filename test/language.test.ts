import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { isCode, type SourceFile, sourceFiles, syntaxOf } from './support/sourceFiles.ts';

/** Words that only the authors of this project would understand, each with terms of the field that replace it. */
const privateWords: Readonly<Record<string, string>> = {
  anew: 'again',
  behind: 'after',
  beside: 'next to, alongside',
  besides: 'also, max concurrency',
  nobody: 'no process, no one',
  seat: 'session',
  seats: 'sessions',
  settle: 'decide, resolve, complete',
  settlers: 'idempotency',
  settles: 'decides, resolves, completes',
  tell: 'report, notify, distinguish',
  telling: 'reporting, notifying',
  tells: 'reports, notifies',
  told: 'reported, notified',
  untaken: 'skipped',
  whoever: 'the recorded owner, the caller',
  workplace: 'build slot',
  workplaces: 'build slots',
  workshop: 'materializer',
  workshops: 'materializers',
};

/** Phrases of comments, messages, titles of tests and pages, likewise. */
const privatePhrases: Readonly<Record<string, string>> = {
  'as good as none': 'treated as missing',
  'looked into': 'listed, visited',
  'set aside': 'quarantined',
  'taken back': 'reverted, discarded',
  'takes back': 'reverts, discards',
  'who asks': 'the caller',
};

/** Names of variables, functions and types, likewise, as the words that camel case joins. */
const privateNames: Readonly<Record<string, string>> = {
  'as asked': 'requestedPath',
  'changing word': 'nondeterministicCalls',
  'host names': 'redactHostPaths',
  'in turn': 'mutex',
  'side by side': 'mapLimit',
  'taken back': 'discard',
};

/** Names of fields that clients and JSON have, likewise. */
const privateFields: Readonly<Record<string, string>> = {
  left: 'skipped',
  'left out': 'skipped',
  'took out': 'removed',
};

/** Folders and files whose names follow the rule. */
const coveredNames: readonly string[] = ['client/', 'server/', 'test/'];

/** Folders and files whose comments, titles of tests and pages follow the rule. */
const coveredProse: readonly string[] = [
  ...['client/', 'server/', 'test/', 'docs/', 'scripts/', 'CONTRIBUTING.md', 'README.md'],
  // Titles of the editor's commands, and descriptions of its settings.
  'package.json',
];

/** A part of a file that the rule reads. */
interface Passage {
  readonly text: string;
  /** Offset in the file. */
  readonly start: number;
}

interface Passages {
  readonly names: readonly Passage[];
  readonly prose: readonly Passage[];
}

const registrars = new Set(['test', 'it', 'describe', 'suite']);

/** Title of the test, or group of tests, that a node registers; undefined for any other node. */
function titleOf(node: ts.Node): ts.Node | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const [title] = node.arguments;
  if (title === undefined || !registrars.has(node.expression.text)) return undefined;
  return ts.isStringLiteralLike(title) || ts.isTemplateExpression(title) ? title : undefined;
}

/** True for a name where it is declared, not where it is used: those of libraries are not ours. */
function isDeclaredName(node: ts.Node): node is ts.Identifier | ts.PrivateIdentifier {
  if (!ts.isIdentifier(node) && !ts.isPrivateIdentifier(node)) return false;
  const { parent } = node;
  return (
    'name' in parent && parent.name === node && !ts.isPropertyAccessExpression(parent) && !ts.isImportSpecifier(parent)
  );
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1, path.indexOf('.'));

/** True for a text of several words, or a part of one with values in it, as the product shows it. */
function isMessage(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateLiteralLikeNode {
  return (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) && / /.test(node.text);
}

/** Name of a source file, those that it declares, and its comments and titles of tests; of the product also its messages. */
function passagesOf(file: SourceFile): Passages {
  const [source, { text }] = [syntaxOf(file), file];
  const isProduct = isCovered(file.path, ['client/', 'server/']);
  const names: Passage[] = [{ text: baseName(file.path), start: 0 }];
  const prose: Passage[] = [];
  const visit = (node: ts.Node): void => {
    const title = titleOf(node);
    if (title !== undefined) prose.push({ text: title.getText(source), start: title.getStart(source) });
    if (isDeclaredName(node)) names.push({ text: node.text, start: node.getStart(source) });
    if (isProduct && isMessage(node)) prose.push({ text: node.text, start: node.getStart(source) });
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child));
    // Between tokens there are only spaces and comments.
    if (children.length === 0) {
      const between = text.slice(node.pos, node.getStart(source));
      if (between.trim() !== '') prose.push({ text: between, start: node.pos });
    }
    children.forEach(visit);
  };
  visit(source);
  return { names, prose };
}

/** A page without its code, which may contain names of fields and commands. */
function withoutCode(page: string): string {
  return page.replace(/^ *```[^]*?^ *```$|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '));
}

/** The words of a name in lower case, separated by spaces: `hostNames` gives `host names`. */
function wordsOf(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  return spaced.replace(/[_$#]/g, ' ').toLowerCase();
}

/** A noun that is denied by "no", as in German: `is no table`. After `there`, and in idioms, it is English. */
const deniedNoun =
  /(?<![\w-])(?<!\b(?:there|which|where|whether|neither) )(?:is|are|was|were) no (?!(?:longer|more|less|later|earlier|smaller|larger|need|one|reason)\b)[\w-]+/gi;

const inNames = { ...privateWords, ...privatePhrases, ...privateNames };
const inProse = { ...privateWords, ...privatePhrases };

/** Matches the words of a list. Words of a phrase may be on two lines of a comment. */
function patternOf(words: Readonly<Record<string, string>>): RegExp {
  const choices = Object.keys(words).join('|').replaceAll(' ', '[\\s*/]+');
  return new RegExp(`(?<![\\w-])(${choices})(?![\\w-])`, 'gi');
}

const patternOfNames = patternOf(inNames);
const patternOfProse = patternOf(inProse);

/** Returns the words that match in a text, with their offsets. */
function findWords(text: string, pattern: RegExp): readonly { readonly word: string; readonly at: number }[] {
  return [...text.matchAll(pattern)].map(({ 0: match, index }) => ({
    word: match.toLowerCase().replace(/[\s*/]+/g, ' '),
    at: index,
  }));
}

/** True for a text that has no such word anywhere: its names and comments need not be found. */
function isClean(text: string): boolean {
  const ofProse = [patternOfProse, deniedNoun].flatMap((pattern) => findWords(text, pattern));
  return ofProse.length === 0 && findWords(wordsOf(text), patternOfNames).length === 0;
}

/** Violations of a file, as `path:line: word (replacement)` in the order of the lines. */
function violations(file: SourceFile, { names, prose }: Passages): readonly string[] {
  const found = [
    ...names.flatMap(({ text, start }) =>
      findWords(wordsOf(text), patternOfNames).map(({ word }) => ({ at: start, word, use: inNames[word] })),
    ),
    ...prose.flatMap(({ text, start }) =>
      [patternOfProse, deniedNoun].flatMap((pattern) =>
        findWords(text, pattern).map(({ word, at }) => ({ at: start + at, word, use: inProse[word] ?? 'not a' })),
      ),
    ),
  ];
  return found
    .map(({ at, word, use }) => ({ line: file.text.slice(0, at).split('\n').length, word, use }))
    .sort((a, b) => a.line - b.line)
    .map(({ line, word, use }) => `${file.path}:${line}: ${word} (${use})`);
}

/** Start of the comment of a declaration with a question: it should name the thing, or what the function does. */
const questionComment = /\/\*\*\s*(?:\*\s*)?(What|Who|Whose|How|Where)\b/g;

/** Comments that begin with a question, as `path:line: word`. */
function questions({ path, text }: SourceFile): readonly string[] {
  return [...text.matchAll(questionComment)].map(
    ({ 1: word, index }) => `${path}:${text.slice(0, index).split('\n').length}: ${word}`,
  );
}

const isCovered = (path: string, covered: readonly string[]): boolean => covered.some((root) => path.startsWith(root));

test('no private word is in a name, a comment, a message, the title of a test or a page', () => {
  const found = sourceFiles().flatMap((file) => {
    const [hasNames, hasProse] = [coveredNames, coveredProse].map((covered) => isCovered(file.path, covered));
    // This file contains the words.
    if ((!hasNames && !hasProse) || file.path === 'test/language.test.ts') return [];
    if (!isCode(file)) return violations(file, { names: [], prose: [{ text: withoutCode(file.text), start: 0 }] });
    if (isClean(`${baseName(file.path)} ${file.text}`)) return [];
    const { names, prose } = passagesOf(file);
    return violations(file, { names: hasNames ? names : [], prose: hasProse ? prose : [] });
  });
  // The message of deepEqual would leave out lines.
  assert.equal(found.length, 0, `\n${found.join('\n')}`);
});

test('a private word is found in names, comments, messages, titles and pages', () => {
  const text = [
    '/** Holds what was set',
    ' * aside. */',
    'const hostNames = 1; // for whoever reads',
    "test('nobody writes', () => { run('nobody'); });",
    'class A { #workshopOf = 1; }',
  ].join('\n');
  const code = { path: 'a.test.ts', text };
  for (const line of text.split('\n').slice(2)) assert.ok(!isClean(line), line);
  assert.ok(!isClean(text.slice(0, 40)));
  assert.deepEqual(violations(code, passagesOf(code)), [
    'a.test.ts:1: set aside (quarantined)',
    'a.test.ts:3: host names (redactHostPaths)',
    'a.test.ts:3: whoever (the recorded owner, the caller)',
    'a.test.ts:4: nobody (no process, no one)',
    'a.test.ts:5: workshop (materializer)',
  ]);
  const shown = { path: 'server/a.ts', text: "fail(`${name} was told`);\nconst word = 'told';" };
  assert.deepEqual(violations(shown, passagesOf(shown)), ['server/a.ts:1: told (reported, notified)']);
  const named = { path: 'test/workshop.test.ts', text: '' };
  assert.deepEqual(violations(named, passagesOf(named)), ['test/workshop.test.ts:1: workshop (materializer)']);
  const page = { path: 'a.md', text: 'One line.\n\n```\nnobody\n```\n`anew` and anew is no word' };
  assert.deepEqual(violations(page, { names: [], prose: [{ text: withoutCode(page.text), start: 0 }] }), [
    'a.md:6: anew (again)',
    'a.md:6: is no word (not a)',
  ]);
});

test('a field of the protocol has the word of the field', () => {
  const pattern = patternOf(privateFields);
  const found = (file: SourceFile): readonly string[] =>
    passagesOf(file).names.flatMap(({ text }) =>
      findWords(wordsOf(text), pattern).map(({ word }) => `${file.path} ${text} (${privateFields[word]})`),
    );
  assert.deepEqual(
    sourceFiles()
      .filter((file) => isCovered(file.path, ['server/src/protocol/']))
      .flatMap(found),
    [],
  );
  assert.deepEqual(found({ path: 'a.ts', text: 'interface A { leftOut: 1; leftover: 2 } // left' }), [
    'a.ts leftOut (skipped)',
  ]);
});

test('no comment of a declaration begins with a question', () => {
  const product = sourceFiles().filter((file) => isCode(file) && isCovered(file.path, ['client/', 'server/']));
  assert.deepEqual(product.flatMap(questions), []);
  const text = ['/** What is read. */', '/**', ' * How it is read.', ' */', '/** Reads what is there. */'].join('\n');
  assert.deepEqual(questions({ path: 'a.ts', text }), ['a.ts:1: What', 'a.ts:2: How']);
});

test('a longer word, a phrase of prose and a name of a library are allowed', () => {
  const text =
    'const retold = vscode.ViewColumn.Beside; // re-seating, host names: there is no word, and it is no longer in turn';
  const code = { path: 'a.ts', text };
  assert.deepEqual(violations(code, passagesOf(code)), []);
});
