import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { verbs } from '../../client/cli/verbs.ts';
import { editorText, features, terminalOnly, withHint } from '../../client/vscode/hints.ts';
import { root } from '../../scripts/run.mjs';
import { isCode, sourceFiles } from '../support/sourceFiles.ts';

/** Texts of the server: its string literals, and templates with `…` for each value. */
function serverTexts(): readonly { readonly path: string; readonly text: string }[] {
  const files = sourceFiles().filter((file) => isCode(file) && file.path.startsWith('server/src/'));
  return files.flatMap(({ path, text }) => {
    if (!text.includes('pond ')) return [];
    const found: { readonly path: string; readonly text: string }[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node)) found.push({ path, text: node.text });
      else if (ts.isTemplateExpression(node))
        found.push({
          path,
          text: node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(''),
        });
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
    return found;
  });
}

const terminalVerbs = new Set(Object.keys(verbs));
const texts = serverTexts();
/** A command of the terminal in a text of the server: `'pond log /a.csv'`. Pages of help quote by backticks. */
const commands = texts.flatMap(({ path, text }) =>
  [...text.matchAll(/'pond (\w[^']*)'/g)].map((match) => ({ path, text, command: match[1] ?? '' })),
);

test('every command of the terminal that a text of the server names is a feature of the editor, or says where it is', () => {
  assert.ok(commands.length > 25, String(commands.length));
  for (const { path, text, command } of commands) {
    const [verb = ''] = command.split(' ');
    assert.ok(terminalVerbs.has(verb), `${path}: 'pond ${verb}' is not a command`);
    assert.doesNotMatch(editorText(text).replace(/'pond [^']*' \(in a terminal\)/g, ''), /'pond /, `${path}: ${text}`);
    const isKnown = features[verb] !== undefined || terminalOnly.some((form) => form.split(' ')[0] === verb);
    assert.ok(isKnown, `${path}: 'pond ${verb}' is neither a feature of the editor nor of the terminal alone`);
  }
});

test('no text of the server names a command of the terminal without quotes, which the editor would not find', () => {
  const bare = texts.filter(({ text }) =>
    [...text.matchAll(/(?<!['`\w])pond (\w+) (?:-|[A-Z]{2,}|\/)/g)].some((match) => terminalVerbs.has(match[1] ?? '')),
  );
  assert.deepEqual(bare, []);
});

test('every feature that a hint names exists, and so does its command of the terminal', () => {
  const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly contributes: { readonly commands: readonly { readonly title: string }[] };
  };
  const titles = new Set(contributes.commands.map(({ title }) => title));
  for (const [form, feature] of Object.entries(features)) {
    assert.ok(terminalVerbs.has(form.split(' ')[0] ?? ''), form);
    for (const [, quoted = ''] of feature.matchAll(/"Pond: ([^"]*)"/g)) assert.ok(titles.has(quoted), quoted);
  }
  for (const form of terminalOnly) assert.ok(terminalVerbs.has(form.split(' ')[0] ?? ''), form);
});

test('a text names features of the editor instead of terminal commands', () => {
  assert.equal(editorText("'pond init' makes one"), '"Pond: Init…" makes one');
  assert.equal(editorText("'pond get' lists the resources"), 'the Resources view lists the resources');
  assert.equal(
    editorText("'pond mv /Inbox/a /Inbox/NEW' renames the resource, 'pond rm -r /Inbox/a' removes it"),
    '"Rename" in the explorer renames the resource, "Delete" in the explorer removes it',
  );
});

test('a text that only the terminal can follow says so', () => {
  assert.equal(editorText("'pond check --repair' restores it"), "'pond check --repair' (in a terminal) restores it");
  assert.equal(
    editorText("'pond clone' fetches it; 'pond clone --fork' forks it"),
    '"Pond: Clone…" fetches it; \'pond clone --fork\' (in a terminal) forks it',
  );
  assert.equal(editorText("'pond frobnicate' helps"), "'pond frobnicate' (in a terminal) helps");
});

test('a message with its hint is one or two sentences', () => {
  assert.equal(withHint({ message: 'no such path' }), 'no such path');
  assert.equal(withHint({ message: 'no such path', hint: 'List it.' }), 'no such path. List it.');
});
