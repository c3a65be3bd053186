/**
 * Several processes on one pond at the same time: terminals and an editor that write, commit, discard, restore,
 * collect, back up, verify, prune, clone and check, some of which are killed. All that was answered is as if one had
 * worked after the other.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { type FileEvent, isExplained, type Round } from '../support/processModel.ts';
import { type Plan, planOf } from '../support/processPlan.ts';
import { createPlace, type ObservedPond, observe, succeed, versionsOf } from '../support/processPond.ts';
import { isOfFiles, type Outcome, type Place, runPlan } from '../support/processRun.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const rounds = 2;

/** Codes of failures that other processes may cause, by operation; those of files are compared with the model. */
const allowedCodes: Readonly<Record<string, readonly string[]>> = {
  // Nothing may have been pushed yet.
  verify: ['not-found'],
  prune: ['not-found', 'lock-held'],
  clone: ['pond-not-found'],
  run: ['lock-held'],
  backup: ['lock-held'],
  check: [],
};

describe('processes that work on one pond at the same time', () => {
  for (const seed of seeds(1)) {
    it(`do what they would do one after the other, also when some are killed: seed ${seed}`, async (t) => {
      const random = randomOf(seed);
      const place = await createPlace(temporaryFolder(t));
      let before = await observe(join(place.folder, 'own'));
      for (let round = 0; round < rounds; round += 1) {
        const plan = planOf(random, round, versionsOf(before));
        const outcomes = await runPlan(place, plan);
        const after = await observe(join(place.folder, 'own'));
        checkRound({ before, plan, outcomes, after });
        await checkClones(place, after);
        ageCandidates(place);
        before = after;
      }
      await checkCopy(place, before);
    });
  }
});

interface RanRound {
  readonly before: ObservedPond;
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly after: ObservedPond;
}

function checkRound(round: RanRound): void {
  const { before, outcomes, after } = round;
  assert.deepEqual(after.commits.slice(0, before.commits.length), before.commits, 'the history is the same');
  const made = after.commits.slice(before.commits.length);
  let { committed } = before;
  for (const { isRun, files } of made) {
    if (isRun) assert.deepEqual(files, committed, 'a run commits nothing that is staged');
    committed = files;
  }
  const events = outcomes.filter((outcome): outcome is Outcome & FileEvent => isOfFiles(outcome.operation));
  const commits = made.filter(({ isRun }) => !isRun);
  if (!isExplained({ before, events, commits, after })) assert.fail(described(round));
  for (const { operation, answer, said } of outcomes) {
    if (isOfFiles(operation) || answer === 'ok' || answer === 'unknown') continue;
    // A push that needs what a prune removes waits for it.
    if (operation.do === 'backup' && said.includes('a prune is removing ')) continue;
    const code = 'failed' in answer ? answer.failed : '';
    assert.ok(allowedCodes[operation.do]!.includes(code), `${operation.do}: ${said}`);
  }
  const collected = outcomes.flatMap(({ operation, answer }) =>
    operation.do === 'run' && answer === 'ok' ? [operation.value] : [],
  );
  for (const value of collected) assert.ok(after.collected.includes(value), `${value} was collected`);
  assert.equal(new Set(after.collected).size, after.collected.length, 'nothing is collected twice');
  assert.ok(!after.collected.includes('not whole'));
}

/** Returns all that was observed of a round which no order of its operations explains. */
function described({ before, plan, outcomes, after }: RanRound): string {
  const first = Math.min(...outcomes.map(({ startMs }) => startMs));
  const lines = outcomes.map(({ operation, answer, startMs, endMs, isRepeated }) =>
    JSON.stringify([Math.round(startMs - first), Math.round(endMs - first), operation, answer, isRepeated]),
  );
  const states = [before, after].map(({ committed, working }) => JSON.stringify({ committed, working }));
  const commits = after.commits
    .slice(before.commits.length)
    .map(({ number, message, files, isRun }) => JSON.stringify([number, message, files, isRun]));
  return ['no order explains it', JSON.stringify(plan), ...lines, states[0], ...commits, states[1]].join('\n');
}

/** Each clone that has a pond is a sound one, and a part of the history. Clones are removed. */
async function checkClones({ folder }: Place, { commits }: ObservedPond): Promise<void> {
  for (const name of readdirSync(folder).filter((one) => one.startsWith('clone-'))) {
    if (existsSync(join(folder, name, '_delta_log', `${'0'.repeat(20)}.json`))) {
      const clone = await observe(join(folder, name));
      assert.deepEqual(clone.commits, commits.slice(0, clone.commits.length));
    }
    rmSync(join(folder, name), { recursive: true });
  }
}

/** Makes all that prunes wrote, and all that could be a candidate, older than it is. */
function ageCandidates({ folder }: Place): void {
  const store = join(folder, 'store');
  for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
    const days = name.includes('/_pond/prune/') ? 2 : 30;
    const time = Date.now() / 1000 - days * 24 * 60 * 60;
    utimesSync(join(store, name), time, time);
  }
}

/** A last backup brings the copy up to date, whatever was killed before. */
async function checkCopy(place: Place, { commits }: ObservedPond): Promise<void> {
  await succeed(place, ['backup']);
  await succeed(place, ['backup', 'verify', 'nas', '--full']);
  await succeed(place, ['clone', './store', 'last']);
  const last = await observe(join(place.folder, 'last'));
  assert.deepEqual(last.commits.slice(0, commits.length), commits.slice(0, last.commits.length));
  // The record of a backup alone is no reason for another one.
  const missing = commits.slice(last.commits.length).map(({ message }) => message);
  assert.ok(
    missing.every((message) => message.startsWith('run Backup/')),
    missing.join(),
  );
}

describe('the model of several processes', () => {
  const round: Round = {
    before: { committed: { '/a': '1' }, working: { '/a': '1' } },
    events: [],
    commits: [],
    after: { committed: { '/a': '1' }, working: { '/a': '1' } },
  };
  const write: FileEvent = {
    operation: { do: 'write', path: '/a', value: '2' },
    ...{ startMs: 0, endMs: 10, answer: 'ok', isRepeated: false },
  };
  const commit: FileEvent = { ...write, operation: { do: 'commit', message: 'm' } };
  const read = (value: string, startMs: number): FileEvent => {
    return { ...write, operation: { do: 'read', path: '/a' }, answer: { read: value }, startMs, endMs: startMs + 1 };
  };
  const after = { ...round.after, working: { '/a': '2' } };
  const made = [{ message: 'm', files: { '/a': '2' } }];
  const cases: Readonly<Record<string, readonly [Partial<Round>, boolean]>> = {
    'a write that is there': [{ events: [write], after }, true],
    'a write that was lost': [{ events: [write] }, false],
    'a write without an answer that is there': [{ events: [{ ...write, answer: 'unknown' }], after }, true],
    'a write without an answer that was not done': [{ events: [{ ...write, answer: 'unknown' }] }, true],
    'a file that no operation wrote': [{ after }, false],
    'a read of what was there before a later write': [{ events: [write, read('1', 5)], after }, true],
    'a read of what an earlier write replaced': [{ events: [write, read('1', 11)], after }, false],
    'a read of the new value before an old one': [{ events: [write, read('2', 2), read('1', 4)], after }, false],
    'a commit that is in the history': [
      { events: [write, commit], commits: made, after: { working: { '/a': '2' }, committed: { '/a': '2' } } },
      true,
    ],
    'a commit that is not in the history': [{ events: [write, commit], after }, false],
    'a commit of half of two files': [
      {
        events: [{ ...write, operation: { do: 'import', paths: ['/a', '/b'], value: '2' } }, commit],
        commits: made,
        after: { working: { '/a': '2', '/b': '2' }, committed: { '/a': '2' } },
      },
      false,
    ],
    'a failure that was true': [{ events: [{ ...commit, answer: { failed: 'nothing-staged' } }] }, true],
    'a failure that was not true': [{ events: [{ ...write, answer: { failed: 'not-found' } }] }, false],
    'a lock that others held': [{ events: [{ ...write, answer: { failed: 'lock-held' } }] }, true],
    'a write that another process held the lock against, but that is there': [
      { events: [{ ...write, answer: { failed: 'lock-held' } }], after },
      false,
    ],
  };
  for (const [name, [changes, expected]] of Object.entries(cases)) {
    it(`${expected ? 'explains' : 'does not explain'} ${name}`, () => {
      assert.equal(isExplained({ ...round, ...changes }), expected);
    });
  }
});
