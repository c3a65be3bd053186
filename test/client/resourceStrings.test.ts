import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingVariables } from '../../client/vscode/resources/variables.ts';
import { inOrder, kindNodes, resourceNodes, resourcesOf } from '../../client/vscode/resources/nodes.ts';
import {
  bytesText,
  durationText,
  progressText,
  idle,
  stateOf,
  summaryOf,
  titleOf,
  type Running,
} from '../../client/vscode/resources/strings.ts';
import { ago } from '../../client/vscode/timeStrings.ts';
import { type ResourceInfo, type RunInfo } from '../../server/src/protocol/resources.ts';
import { newPondHost } from '../support/commandHost.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');

function runOf(changes: Partial<RunInfo>): RunInfo {
  const counts = { durationMs: 5, rows: 0, bytes: 0, files: 0 };
  const of = { resource: 'Inbox/x', id: 'id', status: 'ok', started: '2026-03-01T11:57:00.000Z' } as const;
  return { ...of, ...counts, notes: [], error: null, commit: null, unrecorded: 0, ...changes };
}

function resourceOf(changes: Partial<ResourceInfo>): ResourceInfo {
  const named = { kind: 'Inbox', icon: 'inbox', name: 'x', id: 'id', desc: '', directory: '/Inbox/id' };
  return {
    ...named,
    state: 'committed',
    problems: [],
    reads: [],
    outputs: [],
    lastRun: null,
    backup: null,
    ...changes,
  };
}

const problem = { code: 'c', severity: 'error', message: 'm', origin: 'o', line: 0, character: 0 } as const;

const running: Running = { progress: { message: 'files', done: 3, total: 10 }, ended: undefined };

test('a resource shows its most urgent state', () => {
  const failed = runOf({ status: 'failed' });
  assert.equal(stateOf(resourceOf({ problems: [problem], lastRun: failed }), running), 'running');
  assert.equal(stateOf(resourceOf({ problems: [problem], lastRun: failed }), idle), 'broken');
  assert.equal(stateOf(resourceOf({ state: 'changed', lastRun: failed }), idle), 'failed');
  assert.equal(stateOf(resourceOf({ state: 'changed', lastRun: runOf({}) }), idle), 'changed');
  assert.equal(stateOf(resourceOf({ lastRun: runOf({ status: 'skipped' }) }), idle), 'skipped');
  assert.equal(stateOf(resourceOf({}), idle), 'new');
});

test('a row shows the pending state and the last run', () => {
  const check = (changes: Partial<ResourceInfo>, expected: string): void =>
    assert.equal(summaryOf(resourceOf(changes), idle, nowMs), expected);
  check({}, 'never run');
  check({ state: 'staged' }, 'staged');
  check({ state: 'changed', lastRun: runOf({ rows: 1234 }) }, 'changed · 3 min ago · 1,234 rows');
  check({ lastRun: runOf({ files: 1 }) }, '3 min ago · 1 file');
  check({ lastRun: runOf({}) }, '3 min ago');
  check({ lastRun: runOf({ status: 'failed' }) }, 'failed 3 min ago');
  check({ problems: [problem, problem] }, '2 problems · never run');
  check({ lastRun: runOf({}), backup: '3 commits not backed up' }, '3 commits not backed up');
  check({ lastRun: runOf({ status: 'failed' }), backup: 'never backed up' }, 'failed 3 min ago · never backed up');
  assert.equal(summaryOf(resourceOf({ lastRun: runOf({}) }), running, nowMs), 'files (3 of 10)');
  assert.equal(summaryOf(resourceOf({}), { progress: undefined, ended: 'ok' }, nowMs), 'ok');
  assert.equal(progressText({ message: 'pages', done: 3 }), 'pages');
});

test('times, durations and sizes have units that fit', () => {
  const before = (ms: number): string => ago(nowMs - ms, nowMs);
  assert.deepEqual([-5, 59_000, 60_000, 3_600_000, 90_000_000, 200_000_000].map(before), [
    ...['just now', 'just now', '1 min ago', '1 h ago', '1 day ago', '2 days ago'],
  ]);
  assert.equal(before(40 * 86_400_000), '2026-01-20');
  assert.deepEqual([0.4, 999, 1500, 61_000, 3_660_000].map(durationText), [
    ...['0 ms', '999 ms', '1.5 s', '1 min 1 s', '1 h 1 min'],
  ]);
  assert.deepEqual([0, 1023, 1024, 1_572_864].map(bytesText), ['0 B', '1023 B', '1.0 KiB', '1.5 MiB']);
});

test('the missing variables of a document are those that the server does not find', async (t) => {
  const { run, folder } = await newPondHost(t);
  const text = [
    'apiVersion: v1',
    'kind: Inbox',
    'name: "{{ site }}"',
    'desc: Files',
    'spec:',
    '  pattern: "/{{ folder }}/{{ site }}/*.csv"',
    '',
  ].join('\n');
  const missing = async (variables: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const sources = [{ text, origin: 'x.yaml' }];
    return missingVariables(text, (await run('apply', { sources, variables, directory: folder })).problems);
  };
  assert.deepEqual(await missing({}), ['site', 'folder']);
  assert.deepEqual(await missing({ site: 'a' }), ['folder']);
  assert.deepEqual(await missing({ site: 'a', folder: 'data' }), []);
});

test('resources are in the order of their kinds, and of the numbers in their names', () => {
  const names = ['well-10', 'Well-3', 'well-2', 'bay'];
  const resources = inOrder([
    resourceOf({ kind: 'Tail', name: 'x', id: 'x' }),
    ...names.map((name) => resourceOf({ name, id: name })),
    resourceOf({ kind: 'Tail', name: 'a', id: 'a' }),
  ]);
  const wells = ['Inbox/bay', 'Inbox/well-2', 'Inbox/Well-3', 'Inbox/well-10'];
  assert.deepEqual(resources.map(titleOf), ['Tail/a', 'Tail/x', ...wells]);
  const [, inbox] = kindNodes('/p', resources);
  assert.ok(inbox !== undefined);
  assert.deepEqual(resourcesOf(resourceNodes(inbox, resources), () => []).map(titleOf), wells);
  assert.deepEqual(resourcesOf([inbox], () => resources).map(titleOf), wells);
});
