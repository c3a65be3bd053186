import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { answers, stepsOf, type Step } from '../support/consoleBlocks.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond, startPond } from '../support/pondCommand.ts';

/** Commands that replace those that need a network. */
const offline: Readonly<Record<string, string>> = {
  'npm install': 'ln -s "$MODULES" node_modules',
  'npm run build': 'node node_modules/@observablehq/framework/dist/bin/observable.js build',
};

const schedule = 'pond run --every 10m';
const end = /<<<(\d+)>>>\n/;

/**
 * In the shell, `pond` asks this process to run the command: a process for each takes longer than the command. The
 * question goes to descriptor 3 (the folder, the number of arguments, and these, each ended by a zero byte), the answer,
 * the status, comes from 4, when the output is in a file.
 */
const relay = `pond() {
  local status
  : > "$RELAY/input"
  if [[ "\${!#}" == - ]]; then cat > "$RELAY/input"; fi
  printf '%s\\0' "$PWD" "$#" "$@" >&3
  read -r status <&4
  cat "$RELAY/output"
  return "$status"
}`;

/** The steps as a script that prints the output and the status of each command. */
function scriptOf(steps: readonly Step[]): string {
  const lines = steps.map((step) => {
    if (step.kind === 'file') return `cat > ${step.name} <<'END OF FILE'\n${step.content}END OF FILE`;
    return `${offline[step.text] ?? step.text}\necho "<<<$?>>>"`;
  });
  return ['exec 2>&1', relay, ...lines, ''].join('\n');
}

async function run(script: string, cwd: string, relayFolder: string): Promise<string> {
  // With CI or FORCE_COLOR set, some programs write colors although there is no terminal.
  const { POND: _, CI: _ci, FORCE_COLOR: _color, ...inherited } = process.env;
  const env = {
    NO_COLOR: '1',
    ...inherited,
    RELAY: relayFolder,
    MODULES: join(root, 'node_modules'),
    OBSERVABLE_TELEMETRY_DISABLE: 'true',
  };
  const child = spawn('bash', ['-s'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe'] });
  const [input, requests, replies] = [child.stdin, child.stdio[3], child.stdio[4]];
  assert.ok(input instanceof Writable && requests instanceof Readable && replies instanceof Writable);
  const answering = answerRequests(requests, replies, relayFolder);
  input.end(script);
  let output = '';
  for await (const chunk of child.stdout!.setEncoding('utf8')) output += String(chunk);
  await answering;
  return output;
}

/** Runs each command that the shell asks for, until it ends. */
async function answerRequests(requests: Readable, replies: Writable, folder: string): Promise<void> {
  let text = '';
  for await (const chunk of requests.setEncoding('utf8')) {
    text += String(chunk);
    const [cwd = '', count = '', ...args] = text.split('\0');
    // What follows the last zero byte is not an argument.
    if (count === '' || args.length <= Number(count)) continue;
    text = '';
    const env = { NO_COLOR: '1', CI: undefined, FORCE_COLOR: undefined };
    const options = { cwd, env, input: readFileSync(join(folder, 'input')) };
    const { status, stdout, stderr } = await runPond(args.slice(0, -1), options);
    writeFileSync(join(folder, 'output'), stdout + stderr);
    replies.write(`${status}\n`);
  }
}

test('the commands of the tutorial print the output that it shows', async (t) => {
  const folder = temporaryFolder(t);
  const steps = stepsOf(readFileSync(join(root, 'docs/tutorial.md'), 'utf8'));
  const commands = steps.filter((step) => step.kind === 'command').filter(({ text }) => text !== schedule);
  assert.ok(commands.length > 20);
  const script = scriptOf(steps.filter((step) => step.kind === 'file' || step.text !== schedule));
  const output = await run(script, folder, temporaryFolder(t));
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
