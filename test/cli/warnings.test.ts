/** Every verb prints what opening the pond found: the verbs are those that are declared. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { verbs } from '../../client/cli/verbs.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { runPond } from '../support/pondCommand.ts';

/** Arguments of verbs for which as many paths as they require do not do. A verb may fail: it has opened the pond. */
const argumentsOf: Readonly<Record<string, readonly string[]>> = {
  commit: ['-m', 'message'],
  cp: ['/old', '/new'],
  mv: ['/old', '/new'],
  ln: ['-s', '/old', '/new'],
  import: ['host.txt', '/new'],
  export: ['/old', 'exported'],
  site: ['site'],
  restore: ['/old', '--at', '1'],
  show: ['1'],
  query: ['SELECT 1'],
  apply: ['-f', 'document.yaml'],
  hydrovu: ['locations', 'name'],
  prove: ['/old'],
  mkdir: ['/new'],
  scribble: ['/new'],
};

/** Verbs that make a pond, and open none. */
const makePonds: readonly string[] = ['init', 'clone', 'migrate'];

const temporary = makeTemporaryDirectory('pond-warnings');
after(() => temporary.remove());
const made = join(temporary.path, 'made');

/** A pond whose writer was killed while it wrote its last change. */
before(async () => {
  mkdirSync(made);
  writeFileSync(join(made, 'host.txt'), 'text');
  writeFileSync(join(made, 'document.yaml'), 'kind: Derive\nmetadata: { name: d }\n');
  for (const args of [['init'], ['write', '/old'], ['commit', '-m', 'first'], ['write', '/j1'], ['write', '/j2']]) {
    assert.equal((await runPond(args, { cwd: made, input: 'text' })).status, 0);
  }
  const work = join(made, '.pond/_pond');
  truncateSync(join(work, 'journal'), statSync(join(work, 'journal')).size - 20);
  // A killed process leaves no word of where the journal ended.
  for (const name of readdirSync(work)) if (name.startsWith('lock.')) writeFileSync(join(work, name), '');
});

describe('a verb that opens a pond prints its warnings', () => {
  for (const [name, verb] of Object.entries(verbs)) {
    if (makePonds.includes(name) || 'runStandalone' in verb) continue;
    it(name, async () => {
      const cwd = join(temporary.path, name);
      cpSync(made, cwd, { recursive: true });
      const paths = Array.from({ length: verb.positionals[0] }, () => '/old');
      const { stderr } = await runPond([name, ...(argumentsOf[name] ?? paths)], { cwd, input: 'text' });
      const warning = /^pond: the last \d+ bytes of the journal (are|were) an unfinished change and /;
      assert.equal(stderr.split('\n').filter((line) => warning.test(line)).length, 1, stderr);
    });
  }
});
