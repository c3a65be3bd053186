import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, newPond, type TestPond } from './support.ts';

interface Token {
  readonly c: string;
  readonly t: string;
}

/** The scopes of the first token of a document that has this text. */
async function scopes(pond: TestPond, path: string, lines: readonly string[], text: string): Promise<string> {
  await pond.write(path, lines.join('\n'));
  const uri = pond.uri(path);
  const tokens = await vscode.commands.executeCommand<readonly Token[]>('_workbench.captureSyntaxTokens', uri);
  const found = tokens.find(({ c }) => c.trim() === text);
  assert.ok(found, `no token ${text} among ${tokens.map(({ c }) => JSON.stringify(c)).join(' ')}`);
  return found.t;
}

const resource = [
  'spec:',
  '  collections:',
  '    - query: |',
  '        SELECT time FROM "/in/*.csv"',
  '      name: "{{ site }}"',
];

/** Colours. */
export function grammarTests(): void {
  test('a path in a query is told from other names', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    const sql = ['SELECT "a b" FROM "/in/*.csv" -- note'];
    assert.match(await scopes(pond, '/q.pondsql', sql, '/in/'), /meta\.path/);
    assert.match(await scopes(pond, '/q.pondsql', sql, '*'), /keyword\.operator\.glob/);
    assert.match(await scopes(pond, '/q.pondsql', sql, 'a b'), /variable\.other\.quoted/);
    assert.match(await scopes(pond, '/q.pondsql', sql, 'SELECT'), /keyword/);
  });

  test('SQL in a resource is coloured as SQL, and only there', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    assert.match(await scopes(pond, '/r.yaml', resource, 'SELECT'), /meta\.embedded\.block\.pond-sql.*keyword/);
    assert.match(await scopes(pond, '/r.yaml', resource, '/in/'), /meta\.path/);
    assert.doesNotMatch(await scopes(pond, '/r.yaml', resource, 'name'), /pond-sql/);
  });

  test('a template in a resource is coloured', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    assert.match(await scopes(pond, '/r.yaml', resource, 'site'), /meta\.template\.expression.*variable/);
  });
}
