/** Colors: our grammars together with those of VS Code, in VS Code's own tokenizer. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { ensureCodeServer } from '../../scripts/codeServer.mjs';
import { root } from '../../scripts/run.mjs';

interface Grammar {
  tokenizeLine(line: string, state: unknown): { readonly tokens: readonly TokenSpan[]; readonly ruleStack: unknown };
}

interface TokenSpan {
  readonly startIndex: number;
  readonly endIndex: number;
  readonly scopes: readonly string[];
}

interface TextMate {
  readonly INITIAL: unknown;
  readonly Registry: new (options: object) => { loadGrammar(scope: string): Promise<Grammar | null> };
  parseRawGrammar(text: string, file: string): { readonly scopeName: string };
}

interface Oniguruma {
  loadWASM(bytes: ArrayBufferLike): Promise<void>;
  readonly OnigScanner: new (patterns: readonly string[]) => object;
  readonly OnigString: new (text: string) => object;
}

let load: (scope: string) => Promise<Grammar>;
let initial: unknown;

before(async () => {
  const vscode = dirname(dirname((await ensureCodeServer()).main));
  const require = createRequire(join(vscode, 'package.json'));
  const textMate = require('vscode-textmate') as TextMate;
  const oniguruma = require('vscode-oniguruma') as Oniguruma;
  await oniguruma.loadWASM(readFileSync(join(dirname(require.resolve('vscode-oniguruma')), 'onig.wasm')).buffer);
  const folders = [
    join(root, 'syntaxes'),
    ...['sql', 'yaml'].map((name) => join(vscode, 'extensions', name, 'syntaxes')),
  ];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const grammars = files
    .filter((file) => file.endsWith('.tmLanguage.json'))
    .map((file) => textMate.parseRawGrammar(readFileSync(file, 'utf8'), file));
  const registry = new textMate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns: readonly string[]) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text: string) => new oniguruma.OnigString(text),
    }),
    loadGrammar: (scope: string) => Promise.resolve(grammars.find(({ scopeName }) => scopeName === scope)),
    getInjections: (scope: string) => (scope === 'source.yaml' ? ['source.yaml.pond'] : undefined),
  });
  initial = textMate.INITIAL;
  load = async (scope) => {
    const grammar = await registry.loadGrammar(scope);
    assert.ok(grammar, scope);
    return grammar;
  };
});

/** Scopes of the token with this text, the last one if there are several. */
async function check(scope: string, lines: readonly string[], text: string, expected: RegExp): Promise<void> {
  const grammar = await load(scope);
  let state = initial;
  const found: string[] = [];
  for (const line of lines) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      if (line.slice(startIndex, endIndex).trim() === text) found.push(scopes.join(' '));
    }
  }
  assert.match(found.at(-1) ?? `no token ${text}`, expected, text);
}

const query = ['SELECT "a b", \'x\' FROM "/in/*.csv" -- note'];

test('a path in a query is distinguished from other names', async () => {
  await check('source.pond-sql', query, '/in/', /meta\.path/);
  await check('source.pond-sql', query, '*', /keyword\.operator\.glob/);
  await check('source.pond-sql', query, 'a b', /variable\.other\.quoted/);
  await check('source.pond-sql', query, 'SELECT', /keyword/);
  await check('source.pond-sql', query, '-- note', /comment/);
});

const resource = [
  'spec:',
  '  collections:',
  '    - query: |',
  '        SELECT "time" FROM "/in/*.csv"',
  '',
  '        WHERE "time" > 0',
  '      name: "{{ site }}"',
  '    - name: SELECT',
];

test('SQL in a resource is colored as SQL, and only there', async () => {
  const sql = /meta\.embedded\.block\.pond-sql/;
  await check('source.yaml', resource.slice(0, 4), 'SELECT', /meta\.embedded\.block\.pond-sql.*keyword/);
  await check('source.yaml', resource, '/in/', /meta\.path/);
  await check('source.yaml', resource, 'WHERE', sql);
  await check('source.yaml', resource, 'name', /^(?!.*pond-sql)/);
  await check('source.yaml', resource, 'SELECT', /^(?!.*pond-sql)/);
});

test('a template in a resource is colored', async () => {
  await check('source.yaml', resource, 'site', /meta\.template\.expression.*variable/);
});
