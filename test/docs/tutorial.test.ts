import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { answers, stepsOf, type Step } from '../support/consoleBlocks.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startPond } from '../support/pondCommand.ts';

/** Commands that replace those that need a network. */
const offline: Readonly<Record<string, string>> = {
  'npm install': 'ln -s "$MODULES" node_modules',
  'npm run build': 'node node_modules/@observablehq/framework/dist/bin/observable.js build',
};

const schedule = 'pond run --every 10m';
const end = /<<<(\d+)>>>\n/;

/** The steps as a script that prints the output and the status of each command. */
function scriptOf(steps: readonly Step[]): string {
  const lines = steps.map((step) => {
    if (step.kind === 'file') return `cat > ${step.name} <<'END OF FILE'\n${step.content}END OF FILE`;
    return `${offline[step.text] ?? step.text}\necho "<<<$?>>>"`;
  });
  return ['exec 2>&1', 'pond() { node "$POND_SCRIPT" "$@"; }', ...lines, ''].join('\n');
}

async function run(script: string, cwd: string): Promise<string> {
  // With CI or FORCE_COLOR set, some programs write colors although there is no terminal.
  const { POND: _, CI: _ci, FORCE_COLOR: _color, ...inherited } = process.env;
  const env = {
    NO_COLOR: '1',
    ...inherited,
    POND_SCRIPT: join(root, 'out/pond.mjs'),
    MODULES: join(root, 'node_modules'),
    OBSERVABLE_TELEMETRY_DISABLE: 'true',
  };
  const child = spawn('bash', ['-s'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(script);
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += String(chunk);
  return output;
}

test('the commands of the tutorial print the output that it shows', async (t) => {
  const folder = temporaryFolder(t);
  const steps = stepsOf(readFileSync(join(root, 'docs/tutorial.md'), 'utf8'));
  const commands = steps.filter((step) => step.kind === 'command').filter(({ text }) => text !== schedule);
  assert.ok(commands.length > 20);
  const output = await run(scriptOf(steps.filter((step) => step.kind === 'file' || step.text !== schedule)), folder);
  const got = output.split(end);
  for (const [index, { text, answer }] of commands.entries()) {
    const answered = got[2 * index] ?? '';
    if (!answers(answer, answered)) assert.equal(answered, answer.join('\n'), `$ ${text}`);
    // A command whose output has an error has failed, and no other has.
    const isFailure = answer.some((line) => line.startsWith('error['));
    assert.equal(got[2 * index + 1] !== '0', isFailure, `status of $ ${text}\n${answered}`);
  }

  const scheduled = steps.find((step) => step.kind === 'command' && step.text === schedule);
  assert.ok(scheduled?.kind === 'command');
  const { process: child, ended } = startPond(['run', '--every', '10m'], { cwd: join(folder, 'coast') });
  t.after(() => child.kill('SIGKILL'));
  child.stdout?.on('data', () => child.kill('SIGINT'));
  const { status, stdout } = await ended;
  assert.equal(status, 0);
  if (!answers(scheduled.answer, stdout)) assert.equal(stdout, scheduled.answer.join('\n'));
});
