import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitStatus } from '../../client/cli/exitStatus.ts';
import { helpText, verbNamed } from '../../client/cli/help.ts';
import { type TerminalVerbs, type VerbSpec } from '../../client/cli/verb.ts';
import { verbs as declared } from '../../client/cli/verbs.ts';
import { root } from '../../scripts/run.mjs';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

const verbs: TerminalVerbs = declared;

const page = readFileSync(join(root, 'docs/commands.md'), 'utf8');

/** Cells of the table whose head has these words. */
function rowsOf(...head: readonly string[]): readonly (readonly string[])[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line === `| ${head.join(' | ')} |`);
  assert.notEqual(start, -1, `a table of ${head.join(' and ')}`);
  const rows = lines.slice(start + 2);
  const count = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, count).map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')));
}

const codesIn = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** Usage of each verb as the page documents it. */
function documentedUsage(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const usage of rowsOf('verb', 'what it does').flatMap(([, cell = '']) => codesIn(cell))) {
    const name = usage.split(' ')[0] ?? '';
    assert.ok(Object.hasOwn(verbs, name), `docs/commands.md has a verb ${name}`);
    found.set(name, `${found.get(name) ?? ''} ${usage}`);
  }
  return found;
}

const optionsIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/(?<![\w-])--?[a-zA-Z][\w-]*/g)].map(([option]) => option))].sort();

/** Options by the name that help and page use: the short one, if any. */
function optionsOf({ options = {} }: VerbSpec): string[] {
  return Object.entries(options)
    .map(([name, { short }]) => (short === undefined ? `--${name}` : `-${short}`))
    .sort();
}

test('docs/commands.md and help list every verb with every option, and no others', () => {
  const usages = documentedUsage();
  assert.deepEqual([...usages.keys()].sort(), Object.keys(verbs).sort());
  for (const [name, usage] of usages) {
    const options = optionsOf(verbNamed(verbs, name));
    assert.deepEqual(optionsIn(usage), options, `docs/commands.md on ${name}`);
    const own = helpText(verbs, name)
      .split('\n', 1)[0]
      ?.replace(/^usage: pond \[--pond DIR\]( \[--json\])? /, '');
    assert.deepEqual(optionsIn(own ?? ''), options, `pond help ${name}`);
  }
});

test('docs/commands.md lists the exit statuses', () => {
  const documented = rowsOf('status', 'kind').map(([, status]) => Number(status));
  assert.deepEqual(documented, [0, ...Object.values(exitStatus)]);
});

test('docs/commands.md lists the commands of the editor', () => {
  const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly contributes: { readonly commands: readonly { readonly title: string }[] };
  };
  const documented = new Set(rowsOf('command', 'what it does').flatMap(([, names = '']) => names.split(', ')));
  assert.deepEqual(
    contributes.commands.map(({ title }) => title).filter((title) => !documented.has(title)),
    [],
  );
});

/**
 * Keys of the JSON object that a verb prints, as the page documents them; keys in parentheses belong to other objects.
 */
function documentedKeys(verb: string): string[] {
  const row = rowsOf('verb', 'prints').find(([, names = '']) => codesIn(names).includes(verb));
  assert.ok(row !== undefined, `docs/commands.md says what ${verb} prints`);
  const always = (row[2] ?? '').replace(/\([^)]*\)/g, '').split(';', 1)[0] ?? '';
  return [...codesIn(always)].sort();
}

test('docs/commands.md says what each verb prints as JSON, but for those that print text as it is', () => {
  const documented = new Set(
    rowsOf('verb', 'prints').flatMap(([, names = '']) => codesIn(names).map((name) => name.split(' ')[0])),
  );
  for (const [name, { printsAsIs }] of Object.entries(verbs)) {
    assert.equal(documented.has(name), printsAsIs === undefined, name);
  }
});

test('JSON has the keys that docs/commands.md lists', async (t) => {
  const cwd = temporaryFolder(t);
  const check = async (verb: string, ...args: readonly string[]): Promise<void> => {
    const { status, stdout, stderr } = await runPond(['--json', verb, ...args], { cwd, input: '' });
    assert.equal(status, 0, stderr);
    assert.deepEqual(Object.keys(JSON.parse(stdout) as object).sort(), documentedKeys(verb), verb);
  };
  await check('init');
  await check('scribble', '--seed', '1', '--min', '1', '--max', '1', '/random');
  await check('discard');
  assert.equal((await runPond(['touch', '/a.csv'], { cwd })).status, 0);
  await check('status');
  await check('show', '0');
  writeFileSync(join(cwd, 'level.csv'), 'Timestamp,v\n1700000000,1\n');
  await check('append', 'level.csv', '/level');
  await check('export', '/a.csv', 'out');
  await check('import', 'out', '/in');
  await check('site', 'site');
  await check('check');
  await check('rm', '-r', '/in');
});
