import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openTerminal } from '../../client/cli/terminal.ts';
import { type Terminal } from '../../client/cli/verb.ts';

interface Screen {
  readonly terminal: Terminal;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  /** Output on standard error so far. */
  drawn(): string;
}

/** A terminal with a number of columns. `silentMs`: time without progress after which the elapsed time is shown. */
function screen(columns: number, silentMs?: number): Screen {
  const stream = (): PassThrough & { isTTY: true; columns: number } =>
    Object.assign(new PassThrough().setEncoding('utf8'), { isTTY: true as const, columns });
  const [stdout, stderr] = [stream(), stream()];
  let drawn = '';
  stderr.on('data', (text: string) => (drawn += text));
  const parts = { stdin: process.stdin, stdout, stderr, ...(silentMs === undefined ? {} : { silentMs }) };
  const terminal = openTerminal(parts);
  return { terminal, stdout, stderr, drawn: () => drawn };
}

test('progress stays on one line, and keeps its numbers in a narrow terminal', () => {
  const { terminal, drawn } = screen(24);
  terminal.progress('Derive/readings: harbor-weather-2025.csv', 3, 12);
  assert.equal(drawn(), '\r\x1b[KDerive/readings 3 of 12');
  assert.ok(drawn().slice(4).length < 24);
});

test('names in progress messages cannot move the cursor', () => {
  const { terminal, drawn } = screen(80);
  terminal.progress('Inbox/x: a\x1b[2Jb\nc', 1);
  assert.equal(drawn(), '\r\x1b[KInbox/x: a\\x1b[2Jb\\nc 1');
});

test('output replaces progress, and progress never replaces an unfinished line of output', async () => {
  const { terminal, drawn } = screen(80);
  terminal.progress('reading', 1);
  await terminal.print('the beginning of');
  assert.equal(drawn(), '\r\x1b[Kreading 1\r\x1b[K');
  terminal.progress('reading', 2);
  const done = terminal.working('cat');
  done();
  assert.equal(drawn(), '\r\x1b[Kreading 1\r\x1b[K');
});

test('work without progress messages shows that it continues, and its last message', async () => {
  const { terminal, stderr, drawn } = screen(80, 1);
  const done = terminal.working('query');
  while (!/query: \d+ s/.test(drawn())) await once(stderr, 'data');
  terminal.quiet();
  done();
  const again = terminal.working('run');
  terminal.progress('one', 1, 2);
  while (!/one 1 of 2, \d+ s/.test(drawn())) await once(stderr, 'data');
  again();
});
