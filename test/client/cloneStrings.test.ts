import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { cloneText, storeUrl } from '../../client/vscode/cloneStrings.ts';
import { type CloneInfo } from '../../server/src/protocol/commands.ts';

test('a pond is cloned from a URL of a store, or from the absolute path of a folder', () => {
  const folder = join(process.cwd(), 'a b');
  assert.equal(storeUrl(` ${folder} `), pathToFileURL(folder).href);
  for (const url of ['s3://bucket/ponds?endpoint=https://s3.example.org', 'file:///mnt/nas']) {
    assert.equal(storeUrl(url), url);
  }
  for (const text of ['', 'harbor', '../harbor', 'https://s3.example.org/bucket', 'command:evil']) {
    assert.equal(storeUrl(text), undefined, text);
  }
});

test('the message on a clone counts what was not verified', () => {
  const head = { time: '2026-11-29T05:00:00Z' } as CloneInfo['head'];
  const text = (commits: number, unverifiedCommits: number): string =>
    cloneText({ commits, unverifiedCommits, head } as CloneInfo);
  assert.equal(text(1, 0), 'Cloned and verified 1 commit; the latest is of 2026-11-29.');
  assert.match(text(9, 2), /^Cloned and verified 9 commits, 2 of them from before commits had hashes; /);
});
