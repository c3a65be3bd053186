import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEditor } from '../../client/vscode/editorWords.ts';
import { isCode, sourceFiles } from '../support/sourceFiles.ts';

test('the hint of an error names features of the editor, once, and is a sentence', () => {
  const data = { code: 'conflict', hint: "'pond check' shows it; 'pond log' too", path: '/a' };
  const hint = '\'pond check\' (in a terminal) shows it; "Pond: Show Log…" too.';
  assert.deepEqual(inEditor(data), { ...data, hint });
});

test('problems, notes, warnings and reasons in a result are in terms of the editor; texts of people stay', () => {
  const command = "'pond log'";
  const feature = '"Pond: Show Log…"';
  const problem = { code: 'x', message: command, hint: `${command} lists it` };
  const result = inEditor({
    commits: [{ message: command, author: command }],
    runs: [{ error: problem, notes: [command] }],
    ...{ warnings: [command], quarantined: [{ path: command, text: command }], reason: command },
    columns: [[command], [1, null]],
    bytes: new Uint8Array([1]),
    none: null,
  });
  assert.deepEqual(result, {
    commits: [{ message: command, author: command }],
    runs: [{ error: { code: 'x', message: feature, hint: `${feature} lists it.` }, notes: [feature] }],
    ...{ warnings: [feature], quarantined: [{ path: command, text: feature }], reason: feature },
    columns: [[command], [1, null]],
    bytes: new Uint8Array([1]),
    none: null,
  });
  assert.equal(inEditor({ health: 'error', message: command }).message, feature);
  assert.equal(inEditor({ token: '1', message: command }).message, feature);
});

test('one file of the editor talks to the server, and changes all that it gets', () => {
  const talking = sourceFiles()
    .filter((file) => isCode(file) && file.path.startsWith('client/vscode/'))
    .flatMap(({ path, text }) => [...text.matchAll(/\.(sendRequest|onNotification|onRequest)\b/g)].map(() => path));
  assert.deepEqual([...new Set(talking)], ['client/vscode/client.ts']);
  const client = sourceFiles().find(({ path }) => path === 'client/vscode/client.ts')?.text ?? '';
  const received = [...client.matchAll(/\.onNotification\(([^;]*);/g)];
  assert.ok(received.length > 0);
  for (const [, rest = ''] of received) assert.match(rest, /inEditor\(event\)/);
  assert.match(client, /throw errorInEditor\(error\);/);
});
