import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { verbs as terminalVerbs } from '../client/cli/verbs.ts';
import { errorCodes } from '../server/src/base/error.ts';
import { resourceKinds } from '../server/src/resources/registry.ts';
import { mayImport } from './support/importTable.ts';
import { type Import, type SourceFile, importsOf, isCode, longFunctions, sourceFiles } from './support/sourceFiles.ts';
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
import { verbDeclarations, verbLists } from './support/verbDeclarations.ts';

/** Who may use what comes from outside: one owner for each. */
const owners: readonly { readonly module: RegExp; readonly parts: readonly string[] }[] = [
  { module: /^(node:)?fs(\/promises)?$/, parts: ['storage'] },
  { module: /^@duckdb\//, parts: ['duckdb'] },
  { module: /^vscode$/, parts: ['client/vscode'] },
  { module: /^vscode-languageclient/, parts: ['client/vscode'] },
  { module: /^vscode-(languageserver(?!-textdocument)|jsonrpc)/, parts: ['server.ts', 'rpc'] },
  { module: /^yaml$/, parts: ['documents'] },
  { module: /^minijinja-js/, parts: ['templates'] },
  { module: /^@(aws-sdk|smithy)\//, parts: ['remote'] },
  { module: /^age-encryption$/, parts: ['remote'] },
  { module: /^chokidar$/, parts: ['storage'] },
  { module: /^(hash-wasm|fzstd)$/, parts: ['migrate'] },
];

/** What is run from outside: the bundles' entries, the tests and the scripts. */
const entries = [
  /^client\/(vscode\/extension|vscode\/webviews\/\w+|cli\/main)\.ts$/,
  /^server\/src\/(serverEntry|worker\/(worker|scanThread)|templates\/templateWorker)\.ts$/,
  /^test\/editor\/(index|suite)\.ts$/,
  /\.(test|bench)\.ts$/,
  // Run as processes of their own.
  /^test\/support\/(deltaCommitter|nativeLoad|orphanedWorker|pipelineRun|pondWriter)\.ts$/,
  /^test\/support\/(noNetwork|killAtCall)\.mjs$/,
  /^test\/bench\/support\/peakMemory\.mjs$/,
  /^esbuild\.mjs$/,
  /^scripts\/(start|test|testDesktop|bench|proof|package|testRunner|processorTime|lightHooks|sharedWorkers|house)\.mjs$/,
];

const files = sourceFiles();
const code = files.filter(isCode);
const product = code.filter(({ path }) => /^(server|client)\//.test(path));
const imports = new Map(code.map((file) => [file.path, importsOf(file)]));
const paths = new Set(code.map(({ path }) => path));

/** The row of the table that a file belongs to. */
function partOf(path: string): string {
  const [top = '', second = '', third = ''] = path.split('/');
  if (top === 'client') return `${top}/${second}`;
  const own = path.split('/').slice(2, 4).join('/');
  return mayImport[own] === undefined ? third : own;
}

const importsOfProduct = product.flatMap(({ path }) => imports.get(path) ?? []);
const show = ({ from, to }: Import): string => `${from} imports ${to}`;

/** The `path:line` of every match of `pattern`. */
function linesMatching(pattern: RegExp, among: readonly SourceFile[]): string[] {
  return among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

test('each part imports only what the table allows', () => {
  const forbidden = importsOfProduct.filter(({ from, to }) => {
    if (!paths.has(to)) return false;
    const [own, other] = [partOf(from), partOf(to)];
    const allowed = mayImport[own] ?? [];
    return own !== other && other !== 'base' && !allowed.includes(other) && !allowed.includes('*');
  });
  assert.deepEqual(forbidden.map(show), []);
});

test('every part has a row in the table', () => {
  const unknown = product.map(({ path }) => path).filter((path) => mayImport[partOf(path)] === undefined);
  assert.deepEqual(unknown, []);
});

test('only a parsed type is cast to, and only the results are in a database that is not locked', () => {
  const casts = linesMatching(/::\$\{|CAST\([^`]* AS \$\{/, product).map((line) => line.split(':')[0]);
  assert.deepEqual(casts, ['server/src/duckdb/sqlType.ts']);
  const unlocked = product.filter(({ text }) => /\bopenDatabase\b/.test(text)).map(({ path }) => path);
  assert.deepEqual(unlocked.sort(), ['server/src/duckdb/database.ts', 'server/src/sql/resultStore.ts']);
});

test('a text becomes SQL in three places: by the tag, as a query that was parsed, and in a message of our own process', () => {
  const casts = linesMatching(/\bas (unknown as )?SqlText\b/, product).map((line) => line.split(':')[0]);
  assert.deepEqual([...new Set(casts)].sort(), [
    'server/src/duckdb/sql.ts',
    'server/src/sandbox/userStatements.ts',
    'server/src/worker/buildOperations.ts',
  ]);
});

test('the class of a type is decided by base/typeClass.ts, which does not take a list for its elements', () => {
  // Parquet's own names are other ones.
  assert.deepEqual(
    typeDecisions(product.filter(({ path }) => !/^server\/src\/(base\/typeClass\.ts|duckdb\/|parquet\/)/.test(path))),
    [],
  );
});

test('JSON that may be malformed is parsed by base/json.ts', () => {
  assert.deepEqual(
    guardedParses(
      product.filter(({ path }) => !/^(server\/src\/base\/json\.ts|client\/vscode\/webviews\/)/.test(path)),
    ),
    [],
  );
});

test("one file reads VS Code's own globs; all other patterns are those of base/glob.ts", () => {
  const users = importsOfProduct.filter(({ to }) => to === 'minimatch').map(({ from }) => from);
  assert.deepEqual(users, ['client/vscode/files/watchCoverage.ts']);
});

for (const [title, rule] of Object.entries({
  'no function is a copy of another': copiedFunctions,
  'a hint is a sentence': fragmentHints,
  'a private member is called by #': privateWords,
  'folders are made by storage/missingFolders.ts and processFolder.ts': carelessFolders,
  'the active file is that of the active tab': editorUris,
  'a command of the editor asks in one sequence of lists and boxes': separateQuestions,
})) {
  test(title, () => assert.deepEqual(rule(product), []));
}
test('SQL is built by the tag of duckdb/sql.ts', () => assert.deepEqual(untaggedSql(product), []));

test('every import of a file names a file that is there', () => {
  const dangling = [...imports.values()]
    .flat()
    .filter(({ to }) => /^(server|client|test|scripts)\/.*\.(ts|mjs)$/.test(to) && !paths.has(to));
  assert.deepEqual(dangling.map(show), []);
});

for (const { module, parts } of owners) {
  test(`only ${parts.join(', ')} uses ${module.source}`, () => {
    const strangers = importsOfProduct.filter(({ from, to }) => module.test(to) && !parts.includes(partOf(from)));
    assert.deepEqual(strangers.map(show), []);
  });
}

test('a module is loaded by an import or by require, which the rules above see', () => {
  const hidden = linesMatching(/\b(createRequire|getBuiltinModule)\b/, product).map((line) => line.split(':')[0]);
  // It only finds the path of a file.
  assert.deepEqual([...new Set(hidden)], ['server/src/templates/templateWorker.ts']);
  const text = "import 'a';\nexport * from 'b';\ntype C = import('c').C;\nawait import('d');\nrequire('e');";
  const found = importsOf({ path: 'a.ts', text }).map(({ to }) => to);
  assert.deepEqual(found.toSorted(), ['a', 'b', 'c', 'd', 'e']);
});

test('no file imports itself through others', () => {
  assert.deepEqual(cycles(), []);
});

/** Each cycle once, as the files around it. */
function cycles(): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || done.has(path)) return;
    for (const { to } of imports.get(path) ?? []) if (paths.has(to)) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of paths) visit(path, []);
  return found;
}

test('a chain of imports has at most twenty files', () => {
  const longest = product.map(({ path }) => longestChain(path)).reduce((a, b) => (b.length > a.length ? b : a));
  assert.ok(longest.length <= 20, longest.join(' → '));
});

const chains = new Map<string, readonly string[]>();

/** The longest way down from a file through its imports, itself included, without those that are loaded when needed. */
function longestChain(path: string): readonly string[] {
  const done = chains.get(path);
  if (done !== undefined) return done;
  // A cycle has a test of its own.
  chains.set(path, [path]);
  const text = files.find((file) => file.path === path)?.text ?? '';
  const names = [...text.matchAll(/^(?:import|export)\b[^'";]* from '(\.[^']+)';$/gm)].map(([, name = '']) => name);
  const below = names.map((name) => posix.join(posix.dirname(path), name)).filter((name) => paths.has(name));
  const longest = below.map(longestChain).reduce((a, b) => (b.length > a.length ? b : a), []);
  chains.set(path, [path, ...longest]);
  return [path, ...longest];
}

test('every file is reached from an entry', () => {
  const reached = reachable([...paths].filter((path) => entries.some((entry) => entry.test(path))));
  assert.deepEqual(
    [...paths].filter((path) => !reached.has(path)),
    [],
  );
});

/** Working parts that hold everything in memory: what the tests of the layers above run on. */
const inMemory = /^server\/src\/(storage\/(memory\w+|growingBytes)|tinyfs\/memory\w+)\.ts$/;

test('every file of the product is reached without the tests', () => {
  const starts = [...paths].filter((path) => !path.startsWith('test/') && entries.some((entry) => entry.test(path)));
  const reached = reachable(starts);
  const unused = product.map(({ path }) => path).filter((path) => !reached.has(path) && !inMemory.test(path));
  assert.deepEqual(unused, []);
});

function reachable(starts: readonly string[]): Set<string> {
  const reached = new Set(starts);
  // The loop visits what is added to a set meanwhile too.
  for (const path of reached) {
    for (const { to } of imports.get(path) ?? []) if (paths.has(to)) reached.add(to);
  }
  return reached;
}

test('every error code is used, and documented in one row of docs/errors.md', () => {
  const codes = Object.keys(errorCodes).sort();
  const using = product.filter(({ path }) => path !== 'server/src/base/error.ts').map(({ text }) => text);
  assert.deepEqual(
    codes.filter((name) => !using.some((text) => text.includes(`'${name}'`))),
    [],
    'codes that nothing uses',
  );
  const page = files.find(({ path }) => path === 'docs/errors.md')?.text ?? '';
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(rows.sort(), codes);
});

test('exported functions and classes say what they do', () => {
  const bare = product.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      const name = /^export (?:async |abstract )?(?:function|class) (\w+)/.exec(line)?.[1];
      if (name === undefined || /\*\/\s*$/.test(lines[index - 1] ?? '')) return [];
      // Overloads share one comment.
      const overload = new RegExp(`^export (async )?function ${name}\\b`).test(lines[index - 1] ?? '');
      return overload ? [] : [`${path}:${index + 1} ${name}`];
    });
  });
  assert.deepEqual(bare, []);
});

test('no two exported types have one name', () => {
  const files = new Map<string, string[]>();
  for (const { path, text } of product) {
    for (const [, name = ''] of text.matchAll(/^export (?:declare |abstract )*(?:interface|type|class|enum) (\w+)/gm)) {
      files.set(name, [...(files.get(name) ?? []), path]);
    }
  }
  assert.deepEqual(
    [...files].filter(([, paths]) => paths.length > 1),
    [],
  );
});

test('a type of the protocol is not declared again where it may be imported', () => {
  const isOf = (part: string, { path }: SourceFile): boolean => partOf(path) === part;
  const users = product.filter(({ path }) => mayImport[partOf(path)]?.includes('protocol') === true);
  assert.deepEqual(
    declaredAgain(
      product.filter((file) => isOf('protocol', file)),
      users,
    ),
    [],
  );
});

test('a name that one file uses is not exported', () => {
  // VS Code calls the extension, and the suite that it is started with.
  const called = /^client\/vscode\/extension\.ts:\d+ (de)?activate$|^test\/editor\/\w+\.ts:\d+ run$/;
  assert.deepEqual(
    exportsUsedInOneFile(code, code).filter((name) => !called.test(name)),
    [],
  );
});

test('a kind of resource is named in its folder and in the list of kinds, and nowhere else', () => {
  const names = new Set(resourceKinds.map(({ kind }) => kind));
  const others = product.filter(({ path }) => !/^server\/src\/resources\/(kinds\/|kindNames\.ts)/.test(path));
  assert.ok(names.size > 10);
  assert.deepEqual(literalsAmong(names, others), []);
});

test('the server puts paths of resources together in one file', () => {
  // The clients have the names of resources alone; a migration knows the layout of the older systems, which ours follows.
  const others = product.filter(({ path }) =>
    /^server\/src\/(?!resources\/model\/resourcePath\.ts|migrate\/)/.test(path),
  );
  assert.deepEqual(linesMatching(/`\/\$\{[\w.]*kind[\w.]*\}\//i, others), []);
  assert.equal(
    linesMatching(/`\/\$\{[\w.]*kind[\w.]*\}\//i, [{ path: 'a.ts', text: 'x(`/${a.kind}/${id}`)' }]).length,
    1,
  );
});

test('the real disk is given by the programs, and opened nowhere else', () => {
  const opening = product.filter(({ text }) => /\bopenHostDisk\b/.test(text)).map(({ path }) => path);
  const workers = ['server/src/worker/worker.ts', 'server/src/worker/scanThread.ts'];
  const programs = ['server/src/main.ts', 'server/src/terminal.ts', ...workers];
  const storage = ['server/src/storage/hostDisk.ts', 'server/src/storage/hostPondStorage.ts'];
  assert.deepEqual(opening.sort(), [...programs, ...storage].sort());
});

test('no file is long', () => {
  const linesMax = (path: string): number => (path.startsWith('test/') ? 400 : 300);
  const long = code
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
    .filter(({ path, lines }) => lines > linesMax(path));
  assert.deepEqual(long, []);
});

test('no function of a test is long, but for those that hold nothing but tests', () => {
  const tests = code.filter(({ path }) => path.startsWith('test/'));
  assert.deepEqual(
    tests.flatMap((file) => longFunctions(file, 100)),
    [],
  );
});

/** Fields of a verb's declaration in their order; `stream` is the only optional one. */
const verbFields = ['access', 'trust', 'freshness', 'idempotency', 'load'];
const isVerbTable = (path: string): boolean =>
  /^server\/src\/(commands\/\w*[vV]erbs|resources\/kinds\/\w+\/verbs)\.ts$/.test(path);

test('every verb is declared once, with all its fields', () => {
  const declarations = product.filter(({ path }) => isVerbTable(path)).flatMap(verbDeclarations);
  assert.ok(declarations.length > 30);
  const names = declarations.map(({ name }) => name);
  assert.deepEqual(names.toSorted(), [...new Set(names)].sort());
  const incomplete = declarations.filter(({ fields }) => {
    return fields.filter((field) => field !== 'stream').join() !== verbFields.join();
  });
  assert.deepEqual(incomplete, []);
});

test('there is no second list of verbs', () => {
  const declared = product.filter(({ path }) => isVerbTable(path)).flatMap(verbDeclarations);
  const ofServer = declared.map(({ name }) => name);
  const ofTerminal = Object.keys(terminalVerbs);
  assert.ok(ofTerminal.length > 30);
  const lists = [ofServer, ofTerminal].flatMap((names) => product.flatMap((file) => verbLists(file, new Set(names))));
  assert.deepEqual(lists, []);
  const names = [...'abcdefgh'];
  const list = (text: string): number => verbLists({ path: 'a.ts', text }, new Set(names)).length;
  assert.equal(list(`const verbs = new Set(['${names.join("', '")}']);`), 1);
  assert.equal(list(`type Verb = '${names.join("' | '")}';`), 1);
  assert.equal(list(`const runners = { ${names.join(': 1, ')}: 1 };`), 1);
  assert.equal(list(`const words = ['${names.join("', '")}', 'x'];`), 0);
});

test('nothing is left for later in the text', () => {
  // Written apart, so that this file does not find itself. In quotes, the last is the name of an error of DuckDB's.
  const words = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', "(?<!')not " + 'implemented', 'not yet ' + 'implemented'];
  assert.deepEqual(linesMatching(new RegExp(`(?<!\\w)(${words.join('|')})\\b`), files), []);
});

test('no path of one machine stands in the text', () => {
  const start = '(^|[\\s"\'`(=])';
  const ours = files.filter(({ path }) => !path.startsWith('test/'));
  assert.deepEqual(linesMatching(new RegExp(`${start}/(work|root|home|Users)/`), files), []);
  // Tests name it in SQL that must be refused.
  assert.deepEqual(linesMatching(new RegExp(`${start}/tmp/`), ours), []);
});

test('numbers are shown in English, like the texts around them, whatever the language of the computer', () => {
  const product = files.filter(({ path }) => /^(client|server)\//.test(path));
  assert.deepEqual(linesMatching(/\.toLocaleString\(\)/, product), []);
});

test('no file of tests waits for a test', () => {
  // What follows it would be a part of that test, with all hooks and tests of later files of the process.
  assert.deepEqual(linesMatching(/^await (test|describe|it|suite)\(/, code), []);
});

test('the hooks and tests of a file come after all that its loading waits for', () => {
  // Tests of earlier files of its process may all end meanwhile: then the hooks that are there run, before its own tests.
  const early = /^(after|before|afterEach|beforeEach|test|describe|it|suite)\([^]*?^((const|let) .* = |for )?await\b/m;
  const late = code.filter(({ path, text }) => path.endsWith('.test.ts') && early.test(text));
  assert.deepEqual(
    late.map(({ path }) => path),
    [],
  );
});
