import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type Glob, hasWildcard, matchNames, parseGlob } from '../../server/src/tinyfs/glob.ts';
import { splitPath } from '../../server/src/tinyfs/path.ts';
import { randomOf } from '../support/random.ts';

const matchPath = (glob: Glob, path: string): string[] | undefined => matchNames(glob, splitPath(path).steps);

/** Captures undefined: the path must not match. */
function check(pattern: string, path: string, captures?: readonly string[]): void {
  assert.deepEqual(matchPath(parseGlob(pattern), path), captures, `${pattern} on ${path}`);
}

describe('a glob component', () => {
  it('without wildcards matches only itself', () => {
    check('file.txt', 'file.txt', []);
    check('file.txt', 'file_txt');
    check('a', 'A');
    check('a', 'a/b');
    check('/a/./b/', 'a/b', []);
  });

  it('matches any characters of a name with *', () => {
    check('file*.txt', 'file12.txt', ['12']);
    check('file*.txt', 'file.txt', ['']);
    check('file*.txt', 'other.txt');
    check('ab*ba', 'aba');
    check('ab*ba', 'abba', ['']);
    check('*', '.hidden', ['.hidden']);
    check('*', 'a/b');
    check('*-*.*', 'a-b-c.d.e', ['a-b', 'c.d', 'e']);
  });

  it('matches one character of any plane with ?', () => {
    check('a?c', 'abc', ['b']);
    check('a?c', 'a\u{1f986}c', ['\u{1f986}']);
    check('a?c', 'ac');
    check('??', 'xy', ['x', 'y']);
  });

  it('matches one of a set with [...]', () => {
    check('[abc]1', 'b1', ['b']);
    check('[abc]1', 'd1');
    check('[!a-z]*', 'Ab', ['A', 'b']);
    check('[!a-z]*', 'ab');
    check('[^a]', 'b', ['b']);
    check('[]a]', ']', [']']);
    check('[a-]', '-', ['-']);
    check('[\\]\\-]', ']', [']']);
    check('[\u{1f980}-\u{1f990}]', '\u{1f986}', ['\u{1f986}']);
    check('a]', 'a]', []);
  });

  it('matches one of several patterns with {...}, as one capture', () => {
    check('{a,b}.txt', 'b.txt', ['b']);
    check('{a,b}.txt', 'c.txt');
    check('x{,y}', 'x', ['']);
    check('{*.csv,data-?}', 'q.csv', ['q.csv']);
    check('*.{c[st]v,{json,yaml}}', 'a.yaml', ['a', 'yaml']);
    check('{a}{b}', 'ab', ['a', 'b']);
    check('{a\\,b,c}', 'a,b', ['a,b']);
    check('a,b}', 'a,b}', []);
  });

  it('takes the character after a backslash literally', () => {
    check('\\*\\[\\{\\?\\\\', '*[{?\\', []);
    check('\\*', 'a');
    check('\\**', '*a', ['a']);
  });
});

describe('a glob path', () => {
  it('matches any number of directories with **, including their slashes', () => {
    check('a/**/b', 'a/x/y/b', ['x/y/']);
    check('a/**/b', 'a/b', ['']);
    check('a/**/b', 'a/x');
    check('/**/*.txt', '/top.txt', ['', 'top']);
    check('**/b/**/c', 'b/b/c/b/c', ['b/b/c/', '']);
    check('**/**/x', 'a/x', ['a/', '']);
  });

  it('matches everything below with ** at the end, but not the directory itself', () => {
    check('a/**', 'a/x/y', ['x/y']);
    check('a/**', 'a');
    check('**', 'a', ['a']);
    check('**', '');
    check('*/**', 'a/b/c', ['a', 'b/c']);
  });

  it('ignores a leading slash on either side', () => {
    check('/a/*', 'a/x', ['x']);
    check('a/*', '/a/x', ['x']);
    check('/', '', []);
    check('', '/', []);
  });

  it('numbers captures from left to right', () => {
    check('/{in,out}/**/site=*/[a-z]?.csv', 'in/p/q/site=7/b2.csv', ['in', 'p/q/', '7', 'b', '2']);
  });
});

describe('a pattern that is not well formed', () => {
  const patterns = [
    '[a',
    '[]',
    '[a/b]',
    '{a',
    '{a,b/c}',
    'a**',
    '**a',
    '***',
    '{**,a}',
    'a\\',
    '[z-a]',
    '../a',
    'a/../b',
  ];
  for (const pattern of [...patterns, 'a\0b', 'x'.repeat(256), '*/'.repeat(513)]) {
    it(`fails: ${JSON.stringify(pattern.slice(0, 20))}`, () => {
      assert.throws(
        () => parseGlob(pattern),
        (error) => isPondError(error, 'invalid-path') && error.path !== undefined,
      );
    });
  }
});

describe('hasWildcard', () => {
  it('distinguishes patterns from plain paths', () => {
    for (const text of ['*', 'a?', '[a]', '{a,b}', '/a/**/b', '\\\\*']) assert.ok(hasWildcard(text), text);
    for (const text of ['', '/a/b.c', 'a]b}', '\\*', 'a\\[b', '\\\\', 'a,b-c!']) assert.ok(!hasWildcard(text), text);
  });
});

describe('hostile patterns', () => {
  // A backtracking matcher would not end within the life of the machine.
  it('of many wildcards are matched in bounded work', () => {
    const name = 'a'.repeat(250);
    check('*a*a*a*a*a*b', name);
    check(`${'*a'.repeat(100)}*b`, name);
    check(`${'{a,aa,aaa}'.repeat(80)}b`, name);
    check(`${'{*,a*}'.repeat(100)}b`, name);
    check(`${'{'.repeat(200)}*${'}'.repeat(200)}b`, name);
    check(`${'[a-z]?*'.repeat(100)}b`, name);
    assert.equal(matchPath(parseGlob(`${'*a'.repeat(100)}*`), name)?.length, 101);
  });

  it('of many ** are matched in bounded work', () => {
    const path = 'a/'.repeat(100);
    check(`${'**/a/'.repeat(40)}b`, path);
    check(`${'**/'.repeat(100)}b`, path);
    check(`${'**/*a*/'.repeat(40)}b`, path);
  });
});

describe('random patterns', () => {
  it('match, and capture, like the equivalent regular expressions', () => {
    const random = randomOf(7);
    let matches = 0;
    for (let round = 0; round < 3000; round++) {
      const parts = list(random, 3, () => (random(3) === 0 ? deep : component(random)));
      const sources = parts.map(({ source }, at) => (at < parts.length - 1 ? source : parts[at]?.atEnd));
      const path = list(random, 4, () => list(random, 4, () => 'abc'[random(3)] ?? '').join('')).join('/');
      const expected = new RegExp(`^${sources.join('')}$`).exec(path);
      check(parts.map(({ glob }) => glob).join('/'), path, expected === null ? undefined : expected.slice(1));
      if (expected !== null) matches++;
    }
    assert.ok(matches > 200, `only ${matches} matches`);
  });
});

/** A component of a pattern, and the regular expression for it: before other components, and at the end. */
interface RandomPart {
  readonly glob: string;
  readonly source: string;
  readonly atEnd: string;
}

const deep: RandomPart = { glob: '**', source: '((?:[^/]+/)*)', atEnd: '(.+)' };

const pieces: readonly (readonly [glob: string, source: string])[] = [
  ['a', 'a'],
  ['b', 'b'],
  ['*', '([^/]*)'],
  ['?', '([^/])'],
  ['[ab]', '([ab])'],
  ['[!a]', '([^/a])'],
  ['{a,bc}', '(a|bc)'],
  ['{a*,,b}', '(a[^/]*||b)'],
];

function component(random: (count: number) => number): RandomPart {
  const chosen = list(random, 3, (): readonly [string, string] => pieces[random(pieces.length)] ?? ['', '']);
  // Two stars in a row are not a pattern; the second is dropped.
  const apart = chosen.filter(([glob], at) => glob !== '*' || chosen[at - 1]?.[0] !== '*');
  const source = apart.map(([, text]) => text).join('');
  return { glob: apart.map(([glob]) => glob).join(''), source: `${source}/`, atEnd: source };
}

function list<T>(random: (count: number) => number, lengthMax: number, item: () => T): T[] {
  return Array.from({ length: 1 + random(lengthMax) }, item);
}
