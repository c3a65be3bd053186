/** Runs the examples of pages that show a command with its output, other than those of the tutorial. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { answers } from '../support/consoleBlocks.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

/** A command with what it reads from standard input. */
type Call = readonly [args: string, input?: string];

const logger = ['Logger 5', '', 'time;temp', 's;degC', '01.02.2026 10:00;1,5', '14.02.2026 11:00;x', ''].join('\n');
const levels = ['time,level', '2026-02-01 00:00:00,1.5', '2026-02-01 01:00:00,1.5'];

/** What was done before the example, by page. */
const before: Readonly<Record<string, readonly Call[]>> = {
  'commands.md': [
    ['write /levels.csv', [...levels, '2026-02-01 02:00:00,1.6', ''].join('\n')],
    ['commit -m one'],
    [
      'write /levels.csv',
      [levels[0], levels[1], '2026-02-01 01:00:00,1.75', '2026-02-01 03:00:00,1.61', ''].join('\n'),
    ],
    ['commit -m two'],
  ],
  'errors.md': [],
  'reading.md': [['mkdir /loggers'], ['write /loggers/north.csv', logger], ['format /loggers units=true nulls=x']],
};

/** Commands of a page with the lines of output below them. */
const examplesOf = (page: string): readonly (readonly string[])[] =>
  [...page.matchAll(/^```\n\$ pond ([^]*?)\n```$/gm)].map(([, text = '']) => text.split('\n'));

const pages = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, examples: examplesOf(readFileSync(join(root, 'docs', name), 'utf8')) }))
  .filter(({ examples }) => examples.length > 0);

test('every page with an example is tried', () => {
  assert.deepEqual(
    pages.map(({ name }) => name),
    Object.keys(before),
  );
});

for (const { name, examples } of pages) {
  test(`the examples of docs/${name} print what it shows`, async (t) => {
    const cwd = temporaryFolder(t);
    for (const [args, input = ''] of [['init'] as Call, ...(before[name] ?? [])]) {
      const { status, stderr } = await runPond(args.split(' '), { cwd, input });
      assert.equal(status, 0, stderr);
    }
    for (const [command = '', ...answer] of examples) {
      const { stdout, stderr } = await runPond(command.split(' '), { cwd, env: { NO_COLOR: '1' } });
      const got = stdout + stderr;
      if (!answers(answer, got)) assert.equal(got, answer.join('\n'), `$ pond ${command}`);
    }
  });
}
