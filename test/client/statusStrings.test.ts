/** The status bar says what opening a pond found until it is dealt with, of this pond alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, type StatusReport, statusText } from '../../client/vscode/statusStrings.ts';

const sound: StatusReport = {
  pond: { name: 'harbor', directory: '/data/harbor' },
  staged: 0,
  conflicts: 0,
  isReadOnly: false,
  isGone: false,
  backups: ['Backup/away: copied to version 3'],
  findings: [],
  state: 'running',
  health: { health: 'ok', message: '' },
};

test('a sound pond has its name, the number of staged changes, and its copies', () => {
  assert.deepEqual(statusText(sound), {
    text: '$(database) harbor · nothing staged',
    tooltip: 'Pond /data/harbor\nBackup/away: copied to version 3',
    bad: undefined,
  });
  const changed = { ...sound, staged: 2, conflicts: 1, isReadOnly: true };
  assert.equal(statusText(changed)?.text, '$(database) harbor · 2 staged · read-only · 1 in conflict');
  assert.equal(statusText(changed)?.bad, 'warning');
});

test('findings and quarantined files stay in the tooltip, one line each, also after a query succeeded', () => {
  const findings = findingsOf({
    warnings: ['the journal lost its last 20 bytes'],
    quarantined: [{ path: '_pond/quarantine/a\n\u202eb', text: 'A damaged file that was replaced.' }],
  });
  assert.deepEqual(findings, [
    'the journal lost its last 20 bytes',
    '_pond/quarantine/a\\n\\u202eb: A damaged file that was replaced.',
  ]);
  const shown = statusText({ ...sound, findings });
  assert.equal(shown?.text, '$(warning) harbor · nothing staged');
  assert.deepEqual(shown.tooltip.split('\n').slice(2), findings);
  assert.equal(shown.bad, 'warning');
});

test('a failure of the server is shown with a pond and without one, and a sound server only with a pond', () => {
  const failed: StatusReport = { ...sound, health: { health: 'error', message: 'the query process ended' } };
  assert.equal(statusText(failed)?.bad, 'error');
  assert.match(statusText(failed)?.tooltip ?? '', /the query process ended$/);
  assert.equal(statusText({ ...failed, pond: undefined })?.tooltip, 'the query process ended');
  assert.equal(statusText({ ...sound, pond: undefined }), undefined);
});

test('a pond whose name is that of an icon, or reorders text, is shown by its letters', () => {
  const named = (name: string): string => statusText({ ...sound, pond: { name, directory: '/d' } })?.text ?? '';
  assert.doesNotMatch(named('$(error) a').slice('$(database) '.length), /\$\(\w/);
  assert.match(named('a\u202eb'), /a\\u202eb/);
});

test('a server that starts or stopped, and a folder that is gone, come before all else', () => {
  const text = (report: Partial<StatusReport>): string | undefined => statusText({ ...sound, ...report })?.text;
  assert.deepEqual(
    [text({ state: 'starting' }), text({ state: 'stopped' }), text({ isGone: true })],
    ['$(sync~spin) harbor', '$(error) harbor', '$(error) harbor · folder is gone'],
  );
});
