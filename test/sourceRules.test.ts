import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longFunctions } from './support/sourceFiles.ts';
import {
  carelessFolders,
  copiedFunctions,
  declaredAgain,
  editorUris,
  exportsUsedInOneFile,
  fragmentHints,
  guardedParses,
  literalsAmong,
  privateWords,
  separateQuestions,
  typeDecisions,
  untaggedSql,
} from './support/sourceRules.ts';

const file = (path: string, text: string) => ({ path, text });

test('an export that no other file imports is found', () => {
  const product = [
    file('a.ts', 'export const one = 1;\nexport type Two = 2;\nexport function three() {}\nconst four = 4;'),
    file('b.ts', 'export class Five {}'),
    file('c/d.ts', 'export interface Six {}'),
    file('g.ts', "const seven = 7;\nexport { seven };\nexport { type Two as Eight } from './a.ts';"),
  ];
  const users = [
    file('c/e.ts', "import { one as first, type Two } from '../a.ts';\nexport { Six } from './d.ts';"),
    file('f.ts', "const lazy = () => import('./b.ts');"),
  ];
  assert.deepEqual(exportsUsedInOneFile(product, [...product, ...users]), [
    'a.ts:3 three',
    'g.ts:2 seven',
    'g.ts:3 Eight',
  ]);
});

test('a template that inserts values into SQL is found unless it is tagged', () => {
  const found = (text: string): number => untaggedSql([file('server/a.ts', text)]).length;
  assert.equal(found('const a = `SELECT ${x} FROM t`;'), 1);
  assert.equal(found('const a = `COPY (${x}) TO ${y}`;'), 1);
  assert.equal(found('const a = sql`SELECT ${x} FROM t`;'), 0);
  assert.equal(found("const a = 'SELECT ' + x + ' FROM t';"), 1);
  assert.equal(found("const a = ['SELECT', x, 'FROM t'].join(' ');"), 1);
  for (const text of ['select ${x} from t', 'With a as (select ${x}) from a', '(from ${x})', 'set threads = ${x}']) {
    assert.equal(found(`const a = \`${text}\`;`), 1, text);
  }
  assert.equal(found('const a = `take ${x} from the select list, copy it to y`;'), 0);
  assert.equal(found('const a = `SELECT 1 FROM t`;'), 0);
  assert.equal(found("const a = 'SELECT 1' + ' FROM t';"), 0);
  assert.equal(found('const a = `expected one SELECT, got ${x}`;'), 0);
});

test('an attempt to parse JSON that takes every failure for malformed text is found', () => {
  const found = (text: string): number => guardedParses([file('a.ts', text)]).length;
  assert.equal(found('try { return JSON.parse(text).a.b; } catch { return undefined; }'), 1);
  assert.equal(found('try { return JSON.parse(text); } catch (error) { throw asError(error); }'), 0);
  assert.equal(found('try { return read(text); } catch { return undefined; }'), 0);
});

test('a hint that is not a sentence is found', () => {
  const found = (text: string): number => fragmentHints([file('a.ts', text)]).length;
  for (const text of [
    "const a = { hint: 'check the disk' };",
    "const hints = { a: 'Check the disk' };",
    'const hint = a ? `check ${b}.` : undefined;',
    "function hintOf() { if (a) return 'wait.'; return 'Wait.'; }",
  ]) {
    assert.equal(found(text), 1, text);
  }
  for (const text of [
    "const a = { hint: 'Check the disk.', message: 'no disk' };",
    'const hint = "\'pond log\' lists the commits.";',
    "const a = { hint: 'Usage: pond commit -m TEXT' };",
    'const hint = `${a} is staged.`;',
    "const a = { hint: hintOf('a') };",
  ]) {
    assert.equal(found(text), 0, text);
  }
});

test('a pattern or a start that decides about the name of a type is found', () => {
  const found = (text: string): number => typeDecisions([file('a.ts', text)]).length;
  for (const text of ['/^(TIMESTAMP|DATE)/', '/^U?(TINY|SMALL|BIG)?INT$/', "a.startsWith('DECIMAL')", '/^UBIGINT/']) {
    assert.equal(found(`const a = ${text};`), 1, text);
  }
  for (const text of ["a === 'DOUBLE'", '/DOUBLE|JSON/', "a.startsWith('x')", '/^UPDATED/']) {
    assert.equal(found(`const a = ${text};`), 0, text);
  }
});

test('a list or a box that is not a step of one sequence is found', () => {
  const found = (text: string): readonly string[] => separateQuestions([file('client/vscode/a.ts', text)]);
  assert.deepEqual(found('const a = await vscode.window.showQuickPick([]);'), [
    'client/vscode/a.ts:1 vscode.window.showQuickPick',
  ]);
  assert.equal(found('const list = vscode.window.createQuickPick();\nlist.show();').length, 1);
  assert.deepEqual(found('const list = vscode.window.createQuickPick();\nsteps.show(list);'), []);
  const ask = 'await QuickSteps.ask((steps) => steps.choose(items, {}));';
  assert.deepEqual(found(`async function a() { ${ask}\n${ask} }`), ['client/vscode/a.ts:2 QuickSteps.ask']);
  assert.deepEqual(found(`async function a() { ${ask} }\nasync function b() { ${ask} }`), []);
});

test('a file that is taken from the active text editor is found', () => {
  const text = 'const uri = vscode.window.activeTextEditor?.document.uri;';
  assert.deepEqual(editorUris([file('client/vscode/a.ts', text)]), [
    'client/vscode/a.ts:1 vscode.window.activeTextEditor?.document.uri',
  ]);
  assert.deepEqual(editorUris([file('client/vscode/activeFile.ts', text)]), []);
});

test('a folder that is made with its parents, and one that nothing removes, are found', () => {
  const found = (text: string): readonly string[] => carelessFolders([file('a.ts', text)]);
  assert.deepEqual(found("mkdirSync('a', {\n  recursive: true });"), ["a.ts:1 mkdirSync('a', {\n  recursive: true })"]);
  assert.equal(found("await fs.mkdir('a', { recursive: true });\nmkdtempSync('b');").length, 2);
  assert.deepEqual(
    found("mkdirSync('a');\nrmSync('a', { recursive: true });\nconst script = `mkdirSync(a, {recursive: true})`;"),
    [],
  );
});

test('a member that only TypeScript keeps private is found', () => {
  const found = (text: string): readonly string[] => privateWords([file('a.ts', text)]);
  assert.deepEqual(found('class A {\n  private a = 1;\n}'), ['a.ts:2 private a = 1;']);
  assert.equal(found('class A {\n  private get a() { return 1; }\n  private b(): void {}\n}').length, 2);
  assert.deepEqual(found('class A {\n  #a = 1;\n  private constructor() {}\n}'), []);
});

test('a name that is written as a text or a key is found', () => {
  const found = (text: string) => literalsAmong(new Set(['Reduce']), [file('a.ts', text)]);
  assert.deepEqual(found("if (kind === 'Reduce') {}\nconst a = { Reduce: 1 };"), ['a.ts:1 Reduce', 'a.ts:2 Reduce']);
  assert.deepEqual(found('const a = `/Reduce/${name}`;'), ['a.ts:1 /Reduce/']);
  assert.deepEqual(found('type Reduce = 1;\n// Reduce\nconst a = `${Reduce}`;'), []);
});

test('a type that is declared again is found, whatever its name, its comments and the order of its members', () => {
  const shared = [file('a.ts', "export interface A { b: string; c?: number; d: null }\nexport type E = 'f' | 'g';")];
  const users = [
    file('h.ts', "/** H. */\ninterface H { readonly c?: number;\n/** D. */ d: null; b: string }\ntype G = 'g' | 'f';"),
    file(
      'i.ts',
      "interface I { b: string; c?: number }\ntype J = 'f' | 'h';\ninterface K extends I { l: 1; m: 2; n: 3 }",
    ),
  ];
  assert.deepEqual(declaredAgain(shared, users), ['h.ts:2 H (A)', 'h.ts:4 G (E)']);
});

test('a function that is copied is found, whatever its name and its comments', () => {
  const statements =
    'const last = text.trim().split(" ").at(-1);\nreturn last === undefined ? text : last.toUpperCase();';
  const product = [
    file('a.ts', `function a(text: string) { ${statements} }`),
    file(
      'b.ts',
      `// B\nexport function b(text: string) { // again\n${statements} }\nfunction c(words: string) { ${statements} }`,
    ),
  ];
  assert.deepEqual(copiedFunctions(product), ['b.ts:2 b (a.ts a)']);
  const short = (name: string): string => `function ${name}(value: number) { return value + 1; }`;
  assert.deepEqual(copiedFunctions([file('a.ts', `${short('a')}\n${short('b')}`)]), []);
});

test('a function that registers tests and does anything else is counted', () => {
  const padding = '\n'.repeat(9);
  const long = (text: string): number => longFunctions({ path: 'a.test.ts', text }, 5).length;
  assert.equal(long(`describe('a', () => { it('b', () => {}); ${padding} it('c', () => {}); });`), 0);
  assert.equal(long(`describe('a', () => { for (const n of [1, 2]) { it('b', () => {}); ${padding} } });`), 0);
  assert.equal(long(`describe('a', () => { it('b', () => { ${padding} }); });`), 1);
  assert.equal(long(`describe('a', () => { let n = 0; it('b', () => {}); ${padding} });`), 1);
  assert.equal(long(`test('a', async (t) => { await t.test('b', () => {}); ${padding} });`), 1);
  assert.equal(long(`export async function a(): Promise<void> { ${padding} }`), 1);
});
