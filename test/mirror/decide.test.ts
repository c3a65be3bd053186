import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, type Decision } from '../../server/src/mirror/decide.ts';
import {
  derivedValue,
  directoryValue,
  fileValue,
  type MirrorRules,
  type SideValue,
} from '../../server/src/mirror/types.ts';

const [base, left, right] = ['base', 'left', 'right'].map(fileValue) as [string, string, string];
const values = [undefined, base, left, right, directoryValue];
const staged = [undefined, null, base, left, right];
const both: MirrorRules = { direction: 'both', conflicts: 'ask', commit: 'each' };

/** Every combination of rules. */
const rules: readonly MirrorRules[] = (['both', 'out', 'in'] as const).flatMap((direction) =>
  (['ask', 'pond', 'folder'] as const).flatMap((conflicts) =>
    (['each', 'none'] as const).map((commit) => ({ direction, conflicts, commit })),
  ),
);

type States = Parameters<typeof decide>[0];

function* everyState(): Iterable<States> {
  for (const pond of [...values, derivedValue('k')]) {
    for (const folder of values) {
      for (const at of staged) {
        yield { ancestor: undefined, pond, folder, staged: at };
        for (const known of values) {
          yield { ancestor: { pond: known, folder: known }, pond, folder, staged: at };
          for (const offered of [null, left, right]) {
            yield { ancestor: { pond: known, folder: known, offered }, pond, folder, staged: at };
          }
        }
      }
    }
  }
}

const text = (states: States, rule: MirrorRules, decision: Decision): string =>
  JSON.stringify({ states, rule, decision });

describe('a decision', () => {
  it('is that of the table for each pair of changes', () => {
    const ancestor = { pond: base, folder: base };
    const table: readonly (readonly [SideValue | undefined, SideValue | undefined, Decision['action']])[] = [
      [base, base, 'none'],
      [left, base, 'write'],
      [base, right, 'take'],
      [left, left, 'record'],
      [left, right, 'conflict'],
      [undefined, base, 'delete'],
      [base, undefined, 'remove'],
      [undefined, undefined, 'forget'],
      [undefined, right, 'take'],
      [left, undefined, 'write'],
    ];
    for (const [pond, folder, action] of table) {
      assert.equal(decide({ ancestor, pond, folder, staged: undefined }, both).action, action, `${pond} ${folder}`);
    }
    const first = (pond: SideValue | undefined, folder: SideValue | undefined): string =>
      decide({ ancestor: undefined, pond, folder, staged: undefined }, both).action;
    assert.deepEqual(
      [first(left, undefined), first(undefined, right), first(left, left), first(left, right)],
      ['write', 'take', 'record', 'conflict'],
    );
  });

  it('never destroys content of the folder that the pond does not have, under any rules', () => {
    let overwrites = 0;
    for (const states of everyState()) {
      for (const rule of rules) {
        const decision = decide(states, rule);
        if (decision.action !== 'write' && decision.action !== 'delete') continue;
        const { folder, ancestor } = states;
        if (folder === undefined || folder === directoryValue || decision.keeps) continue;
        overwrites += 1;
        // The common state is a version in the pond.
        assert.equal(folder, ancestor?.folder, text(states, rule, decision));
      }
    }
    assert.ok(overwrites > 500);
  });

  it('never stages over a change that a person staged', () => {
    for (const states of everyState()) {
      if (states.staged === undefined || states.ancestor?.offered !== undefined) continue;
      for (const rule of rules) {
        const decision = decide(states, rule);
        const isStaging =
          decision.action === 'conflict' || (rule.commit === 'none' && ['take', 'remove'].includes(decision.action));
        assert.equal(isStaging, false, text(states, rule, decision));
      }
    }
  });

  it('carries nothing against the direction, but for what is missing at its end', () => {
    for (const states of everyState()) {
      if (states.ancestor?.offered !== undefined) continue;
      for (const rule of rules) {
        const decision = decide(states, rule);
        if (rule.direction === 'out') {
          assert.ok(!['take', 'remove', 'conflict', 'restage'].includes(decision.action), text(states, rule, decision));
        }
        if (rule.direction === 'in') {
          assert.ok(!['write', 'delete'].includes(decision.action), text(states, rule, decision));
        }
      }
    }
  });
});
