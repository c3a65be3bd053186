/** A verb is added to a copy of the sources as CONTRIBUTING.md says: one declaration, one function, and a face. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../scripts/run.mjs';
import { bundleCopy } from '../support/bundledCopy.ts';
import { failureOf, startEditorServer } from '../support/editorServer.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Inserted after a line of a file. */
interface Insertion {
  readonly file: string;
  readonly after: string;
  readonly text: string;
}

/** The types, the declaration and the face of the verb, and its row in the documentation. */
const insertions: readonly Insertion[] = [
  {
    file: 'server/src/protocol/commands.ts',
    after: '  // Ponds\n',
    text: '  words: { params: InPond & { readonly path: string }; result: { readonly words: number } };\n',
  },
  {
    file: 'server/src/commands/treeVerbs.ts',
    after: 'export const treeVerbs = {\n',
    text: `  words: {
    access: 'read',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./words.ts')).words,
  },
`,
  },
  {
    file: 'client/cli/verbs.ts',
    after: 'export const verbs = {\n',
    text: `  words: {
    usage: 'PATH',
    summary: 'count the words of a file',
    positionals: [1, 1],
    run: words,
  },
`,
  },
  {
    file: 'client/cli/verbs.ts',
    after: "import { type TerminalVerbs } from './verb.ts';\n",
    text: "import { words } from './wordsVerb.ts';\n",
  },
];

const documentation: Insertion = {
  file: 'docs/commands.md',
  after: '| verb | what it does |\n|---|---|\n',
  text: '| `words PATH` | counts the words of a file |\n',
};

const functions: Readonly<Record<string, string>> = {
  'server/src/commands/words.ts': `import { type Command } from './verb.ts';

export const words: Command<'words'> = async ({ fs }, { path }) => {
  const content = await (await fs.root()).readFile(path);
  return { words: Buffer.from(content).toString().trim().split(/\\s+/).length };
};
`,
  'client/cli/wordsVerb.ts': `import { argument, pondPath, show } from './runner.ts';
import { type VerbRunner } from './verb.ts';

export const words: VerbRunner = async (session) => {
  const counted = await session.call('words', { path: pondPath(argument(session.line, 0)) });
  await show(session, counted, String(counted.words));
};
`,
};

/** A copy of the sources, with what runs them. */
function copySources(t: TestContext): string {
  const folder = temporaryFolder(t);
  for (const name of ['server', 'client', 'docs', 'scripts', 'test/docs', 'test/support', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function insert(folder: string, { file, after, text }: Insertion): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  assert.equal(before.split(after).length, 2, `${file} has one line to insert after`);
  writeFileSync(path, before.replace(after, after + text));
}

/** The command, the server, and the test of the documentation. */
const entryPoints = {
  pond: 'client/cli/main.ts',
  server: 'server/src/serverEntry.ts',
  documentation: 'test/docs/commands.test.ts',
};

interface Ended {
  readonly status: number;
  readonly output: string;
}

/** Runs node to its end. */
async function node(args: readonly string[], cwd: string, input = ''): Promise<Ended> {
  const { POND: _pond, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const running = promisify(execFile)(process.execPath, [...args], { cwd, env });
  running.child.stdin?.end(input);
  return await running.then(
    ({ stdout }) => ({ status: 0, output: stdout }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => ({
      status: error.code,
      output: error.stdout + error.stderr,
    }),
  );
}

/** Compares docs/commands.md of a copy of the sources with its verbs. */
function checkDocumentation(folder: string): Promise<Ended> {
  return node(['--test-name-pattern=list every verb', 'out/documentation.mjs'], folder);
}

test('a verb is added by one declaration, one function and a face', async (t) => {
  const folder = copySources(t);
  for (const insertion of insertions) insert(folder, insertion);
  for (const [file, text] of Object.entries(functions)) writeFileSync(join(folder, file), text);
  await bundleCopy(folder, entryPoints);
  const pond = (args: readonly string[], input = ''): Promise<Ended> =>
    node([join(folder, 'out/pond.mjs'), ...args], folder, input);

  assert.match((await pond(['help'])).output, /^ {2}words +count the words of a file$/m);
  assert.match((await pond(['help', 'words'])).output, /^usage: pond .* words PATH\n\nCount the words of a file\.\n$/);
  assert.equal((await pond(['init'])).status, 0);
  assert.equal((await pond(['write', '/text'], 'one two three')).status, 0);
  assert.deepEqual(await pond(['words', '/text']), { status: 0, output: '3\n' });
  assert.equal((await pond(['words', '/none'])).status, 3);

  const undocumented = await checkDocumentation(folder);
  assert.notEqual(undocumented.status, 0);
  assert.match(undocumented.output, /'words'/);
  insert(folder, documentation);
  const documented = await checkDocumentation(folder);
  assert.equal(documented.status, 0);
  assert.match(documented.output, /^# pass 1$/m);

  const directory = join(folder, '.pond');
  const server = await startEditorServer({ trusted: false }, {}, join(folder, 'out/server.mjs'));
  t.after(() => server.kill());
  const refused = server.connection.sendRequest('pond/words', { pond: directory, path: '/text' });
  await assert.rejects(refused, (error) => failureOf(error)?.code === 'read-only');
  await server.stop();
});
