import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, it, test } from 'node:test';
import { run } from '../../client/cli/runVerbs.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { type Session, type Terminal } from '../../client/cli/verb.ts';

interface Screen {
  readonly terminal: Terminal;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  /** Output on standard error so far. */
  drawn(): string;
}

/** A terminal with a number of columns; `parts` replace its usual ones. */
function screen(columns: number, parts: Partial<NonNullable<Parameters<typeof openTerminal>[0]>> = {}): Screen {
  const stream = (): PassThrough & { isTTY: true; columns: number } =>
    Object.assign(new PassThrough().setEncoding('utf8'), { isTTY: true as const, columns });
  const [stdout, stderr] = [stream(), stream()];
  let drawn = '';
  stderr.on('data', (text: string) => (drawn += text));
  const terminal = openTerminal({ stdin: process.stdin, stdout, stderr, ...parts });
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
  const { terminal, stderr, drawn } = screen(80, { silentMs: 1 });
  const done = terminal.working('query');
  while (!/query: \d+ s/.test(drawn())) await once(stderr, 'data');
  terminal.quiet();
  done();
  const again = terminal.working('run');
  terminal.progress('one', 1, 2);
  while (!/one 1 of 2, \d+ s/.test(drawn())) await once(stderr, 'data');
  again();
});

test('a question is answered with yes, and by anything else with no', async () => {
  for (const [typed, answer] of [
    ['y\n', true],
    [' YES \nmore', true],
    ['\n', false],
    ['n\n', false],
    ['yesterday\n', false],
    ['', false],
  ] as const) {
    const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
    const { terminal, drawn } = screen(80, { stdin });
    assert.ok(terminal.isInteractive);
    stdin.end(typed);
    assert.equal(await terminal.confirm('Really?'), answer, typed);
    assert.equal(drawn(), 'Really? [y/N] ');
  }
});

describe('a run asks for what the person has not allowed yet', () => {
  const access = { resource: 'Inbox/files', directory: '/Inbox/x', access: 'reads /a\u202e/*', isAllowed: false };
  const found = [
    { ...access, state: 'committed' as const },
    { ...access, access: 'reads /b/*', state: 'staged' as const },
    { ...access, access: 'reads /c/*', state: 'committed' as const, isAllowed: true },
  ];
  const allowed = ['allow', { accesses: [{ directory: '/Inbox/x', access: 'reads /a\u202e/*' }] }];
  const asked = ['hostAccess', {}];
  const ran = ['run', {}];
  // It finds nothing to run, and looks for what is staged.
  const ranNothing = [ran, ['resources', {}]];
  const cases = {
    'and a yes allows what a run does now': {
      isInteractive: true,
      answer: true,
      calls: [asked, allowed, ...ranNothing],
    },
    'and a no leaves the refusal to the run': { isInteractive: true, answer: false, calls: [asked, ...ranNothing] },
    'but not without a person': { isInteractive: false, answer: true, calls: ranNothing },
    'but not for JSON': { isInteractive: true, answer: true, json: true, calls: [ran] },
  };
  for (const [name, { isInteractive, answer, calls, ...options }] of Object.entries(cases)) {
    it(name, async () => {
      const { terminal, drawn } = screen(80);
      const made: unknown[] = [];
      const call = (verb: string, params: unknown): Promise<unknown> => {
        made.push([verb, params]);
        return Promise.resolve(verb === 'hostAccess' ? found : verb === 'resources' ? [] : { runs: [] });
      };
      const line = { json: false, texts: {}, positionals: [], ...options };
      const answering = Object.assign(terminal, { isInteractive, confirm: () => Promise.resolve(answer) });
      await run({ line, terminal: answering, call } as unknown as Session);
      assert.deepEqual(made, calls);
      assert.equal(
        drawn().includes('Inbox/files reads /a\\u202e/*'),
        calls.some((one) => one === asked),
      );
    });
  }
});
