import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGlobSyntax } from '../../server/src/base/glob.ts';

/** The faults of a pattern, each with the text that it marks. */
function faultsOf(pattern: string): readonly (readonly [marked: string, message: string])[] {
  return parseGlobSyntax(pattern).faults.map(({ message, start, end }) => [pattern.slice(start, end), message]);
}

describe('the syntax of a glob', () => {
  it('has a part for each component, and counts wildcards as captures', () => {
    const { absolute, parts, wildcards, faults } = parseGlobSyntax('/in/./**//a*[xy]{b,c*}?/\\*');
    assert.equal(absolute, true);
    assert.deepEqual(
      parts.map(({ kind }) => kind),
      ['name', 'deep', 'wild', 'name'],
    );
    assert.deepEqual(parts.at(-1), { kind: 'name', name: '*' });
    assert.equal(wildcards, 5);
    assert.deepEqual(faults, []);
  });

  it('marks one fault per component, in code units', () => {
    assert.deepEqual(faultsOf('a**b/\u{1f986}[a/{b,c/d\\'), [
      ['**', '"**" must stand alone between slashes'],
      ['[a', 'a "[" is not closed in the same name'],
      ['{b,c', 'a "{" is not closed in the same name'],
      ['\\', 'a "\\" at the end of a name escapes nothing'],
    ]);
    assert.deepEqual(faultsOf('x/[z-a]y'), [['z-a', 'a range of characters runs backwards']]);
  });

  it('refuses to leave a directory, also when escaped', () => {
    assert.deepEqual(faultsOf('a/../b/\\.'), [
      ['..', 'a pattern cannot go through ".."'],
      ['\\.', 'a pattern cannot go through "\\."'],
    ]);
    assert.deepEqual(faultsOf('...'), []);
  });

  it('is bounded in length', () => {
    const [fault] = parseGlobSyntax('a'.repeat(1025)).faults;
    assert.equal(fault?.message, 'a pattern has at most 1024 characters');
    assert.deepEqual(parseGlobSyntax('a'.repeat(1024)).faults, []);
  });
});
