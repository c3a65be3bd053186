import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintText } from '../../client/vscode/hints.ts';

test('a hint names features of the editor instead of terminal commands', () => {
  assert.equal(hintText("'pond init' makes one"), '"Pond: Init" makes one.');
  assert.equal(hintText("'pond get' lists the resources."), 'The Resources view lists the resources.');
  assert.equal(
    hintText("'pond mv /Inbox/a /Inbox/NEW' renames the resource, 'pond rm -r /Inbox/a' removes it."),
    '"Rename" in the explorer renames the resource, "Delete" in the explorer removes it.',
  );
});

test('a hint without a terminal command, or with an unknown one, keeps its words', () => {
  assert.equal(hintText('open it for writing'), 'Open it for writing.');
  assert.equal(hintText("'pond frobnicate' helps"), "'pond frobnicate' helps.");
});
