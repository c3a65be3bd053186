/** Completion of command lines in shells. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { runPond } from '../support/pondCommand.ts';

const shared = makeTemporaryDirectory('pond-test');
const cwd = shared.path;

before(async () => {
  assert.equal((await runPond(['init'], { cwd })).status, 0);
  assert.equal((await runPond(['mkdir', '-p', '/data/deep water'], { cwd })).status, 0);
  assert.equal((await runPond(['write', '/data/a.csv'], { cwd, input: 'x\n1\n' })).status, 0);
});
after(() => shared.remove());

async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await runPond(['__complete', ...words], { cwd });
  assert.equal(status, 0, stderr);
  return stdout.split('\n').slice(0, -1);
}

test('verbs, options and their values are completed', async () => {
  assert.deepEqual(await complete('sta'), ['stat', 'status']);
  assert.deepEqual(await complete('help', 'qu'), ['query']);
  assert.deepEqual(await complete('--json', 'tou'), ['touch']);
  assert.deepEqual(await complete('log', '--no'), ['--no-runs', '--no-follow']);
  assert.deepEqual(await complete('query', '--format', 'n'), ['ndjson']);
  assert.deepEqual(await complete('completion', 'z'), ['zsh']);
  assert.deepEqual(await complete('nothing', ''), []);
  assert.ok((await complete('')).length > 30);
});

test('paths of the pond are completed, and host files are left to the shell', async () => {
  assert.deepEqual(await complete('ls', '/'), ['/data/']);
  assert.deepEqual(await complete('cat', '-n', '/data/'), ['/data/a.csv', '/data/deep water/']);
  assert.deepEqual(await complete('cat', 'data/d'), ['data/deep water/']);
  assert.deepEqual(await complete('ls', '/none/'), []);
  assert.deepEqual(await complete('import', ''), []);
  assert.deepEqual(await complete('import', 'x.csv', '/da'), ['/data/']);
  assert.deepEqual(await complete('--pond', '/nowhere', 'ls', '/'), []);
});

test('bash inserts a completed path as one word', { skip: spawnSync('bash', ['--version']).status !== 0 }, async () => {
  const script = await runPond(['completion', 'bash'], { cwd });
  const pond = join(cwd, 'pond');
  const built = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));
  writeFileSync(pond, `#!/bin/sh\nexec '${process.execPath}' '${built}' "$@"\n`);
  chmodSync(pond, 0o755);
  const typed = `COMP_WORDS=(pond ls /data/d) COMP_CWORD=2; _pond_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, PATH: `${cwd}:${process.env['PATH']}` };
  const ended = spawnSync('bash', ['-c', `${script.stdout}\n${typed}`], { cwd, env, encoding: 'utf8' });
  assert.equal(ended.stdout, '/data/deep\\ water/\n', ended.stderr);
});

test('each script parses in its shell, if the shell is installed', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { status, stdout } = await runPond(['completion', shell], { cwd });
    assert.equal(status, 0);
    if (spawnSync(shell, ['--version']).status !== 0) continue;
    const parsed = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    assert.equal(parsed.status, 0, parsed.stderr);
  }
  assert.match((await runPond(['completion', 'tcsh'], { cwd })).stderr, /'tcsh' is not a shell/);
});
