/** The question before a run shows all that its answer allows, whatever a stranger's documents say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessQuestion, missingAccess, tooManyText } from '../../client/vscode/accessStrings.ts';
import { type HostAccessInfo } from '../../server/src/protocol/resources.ts';

const reads = (access: string, others: Partial<HostAccessInfo> = {}): HostAccessInfo => ({
  resource: 'Inbox/files',
  directory: '/Inbox/1',
  access: `reads ${access}`,
  state: 'committed',
  isAllowed: false,
  ...others,
});

test('a question is about what the latest commit does and was not allowed', () => {
  const wanted = reads('/a');
  const others = [reads('/b', { isAllowed: true }), reads('/c', { state: 'staged' }), reads('/d', { state: 'former' })];
  assert.deepEqual(missingAccess([...others, wanted]), [wanted]);
});

test('it names the resource that runs alone, and has a line for each access', () => {
  const asked = accessQuestion('harbor', [{ kind: 'Inbox', name: 'files' }], [reads('/a'), reads('/b')]);
  assert.deepEqual(asked, {
    question: 'Inbox/files of harbor may do more than change the pond. Do you trust the author?',
    detail: 'Inbox/files reads /a\nInbox/files reads /b',
  });
  assert.match(accessQuestion('harbor', [], [reads('/a')])?.question ?? '', /^Resources of harbor may /);
});

test('an access cannot hide another: no line breaks, nothing that reorders text, no more lines than a screen shows', () => {
  const asked = accessQuestion('harbor', [], [reads('/a\n\n\n\u202e/b'), reads('/etc/**')]);
  assert.deepEqual(asked?.detail.split('\n'), ['Inbox/files reads /a\\n\\n\\n\\u202e/b', 'Inbox/files reads /etc/**']);
  assert.equal(accessQuestion('harbor', [], [reads(`/${' '.repeat(2000)}`), reads('/etc/**')]), undefined);
  const many = Array.from({ length: 100 }, (_, index) => reads(`/${index}`));
  assert.equal(accessQuestion('harbor', [], many), undefined);
  assert.match(tooManyText(100), /^A question cannot show all 100 things .*'pond allow --list'/);
  assert.match(tooManyText(1), /^A question cannot show what the resource does /);
});
