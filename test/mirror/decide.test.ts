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

/** The action; with `!` where content that the pond never had is kept first. */
const shown = (decision: Decision): string =>
  'keeps' in decision && decision.keeps ? `${decision.action}!` : decision.action;

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

  it('follows the direction and the side that decides', () => {
    const ancestor = { pond: base, folder: base };
    /** Pond and folder after a change of one side, then of both. */
    const changes: readonly (readonly [SideValue | undefined, SideValue | undefined])[] = [
      ...([
        [left, base],
        [undefined, base],
        [base, right],
        [base, undefined],
      ] as const),
      ...([
        [left, right],
        [left, undefined],
        [undefined, right],
        [left, directoryValue],
      ] as const),
    ];
    const expected: Readonly<Record<string, string>> = {
      'both ask': 'write delete take remove conflict write take leave',
      'both pond': 'write delete take remove write! write delete! leave',
      'both folder': 'write delete take remove take remove take leave',
      'out ask': 'write delete leave write leave write leave leave',
      'out pond': 'write delete write! write write! write delete! leave',
      'out folder': 'write delete leave write leave write leave leave',
      'in ask': 'leave take take remove conflict leave take leave',
      'in pond': 'leave take take remove leave leave take leave',
      'in folder': 'leave take take remove take remove take leave',
    };
    for (const rule of rules.filter(({ commit }) => commit === 'each')) {
      const name = `${rule.direction} ${rule.conflicts}`;
      const found = changes.map(([pond, folder]) => shown(decide({ ancestor, pond, folder, staged: undefined }, rule)));
      assert.equal(found.join(' '), expected[name], name);
    }
  });

  it('writes what the pond derives, and takes no change of it', () => {
    const [key, nextKey] = [derivedValue('k'), derivedValue('l')];
    const ancestor = { pond: key, folder: left };
    const table: readonly (readonly [
      States['ancestor'],
      SideValue | undefined,
      SideValue | undefined,
      string,
      string,
    ])[] = [
      // State, pond, folder; decision where a person decides, and where the pond does.
      [ancestor, key, left, 'none', 'none'],
      [ancestor, nextKey, left, 'write', 'write'],
      [ancestor, key, undefined, 'write', 'write'],
      [ancestor, key, right, 'leave', 'write!'],
      [ancestor, key, directoryValue, 'leave', 'leave'],
      [ancestor, base, left, 'write', 'write'],
      [ancestor, base, right, 'leave', 'leave'],
      [ancestor, undefined, left, 'delete', 'delete'],
      [ancestor, undefined, right, 'leave', 'leave'],
      [ancestor, undefined, undefined, 'forget', 'forget'],
      [undefined, key, undefined, 'write', 'write'],
      [undefined, key, left, 'compare', 'compare'],
      [undefined, key, directoryValue, 'leave', 'leave'],
    ];
    for (const [state, pond, folder, asks, decides] of table) {
      const states = { ancestor: state, pond, folder, staged: undefined };
      assert.equal(shown(decide(states, both)), asks, JSON.stringify(states));
      assert.equal(shown(decide(states, { ...both, conflicts: 'pond' })), decides, JSON.stringify(states));
      assert.equal(shown(decide(states, { ...both, direction: 'in' })), 'none', JSON.stringify(states));
    }
  });

  it('waits for the person who is offered a change, and follows what becomes of it', () => {
    const table: readonly (readonly [
      offered: SideValue | null,
      staged: SideValue | null | undefined,
      pond: SideValue | undefined,
      folder: SideValue | undefined,
      expected: string,
    ])[] = [
      [right, right, base, right, 'wait'],
      [right, right, base, left, 'restage'],
      [right, right, base, undefined, 'restage'],
      [right, left, base, right, 'wait'],
      [right, left, base, left, 'wait'],
      [right, left, base, base, 'leave'],
      [null, null, base, undefined, 'wait'],
      [null, null, base, left, 'restage'],
      // Committed, or discarded: then the pond decides, unless the folder was changed again.
      [right, undefined, right, right, 'record'],
      [null, undefined, undefined, undefined, 'forget'],
      [right, undefined, base, right, 'write!'],
      [right, undefined, undefined, right, 'delete!'],
      [null, undefined, base, undefined, 'write'],
      [right, undefined, base, left, 'take'],
    ];
    for (const [offered, at, pond, folder, expected] of table) {
      const states = { ancestor: { pond: base, folder: base, offered }, pond, folder, staged: at };
      assert.equal(shown(decide(states, { ...both, commit: 'none' })), expected, JSON.stringify(states));
    }
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
