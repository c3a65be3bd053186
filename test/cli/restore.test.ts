/** `pond restore` does not replace staged edits without being asked to. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { restore } from '../../client/cli/restoreVerb.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { type Session } from '../../client/cli/verb.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

/** A pond with /a and /b in two versions each, and a function that runs a verb in it. */
async function twoVersions(t: TestContext) {
  const cwd = temporaryFolder(t);
  const pond = async (args: readonly string[], input = '') => await runPond(args, { cwd, input });
  await pond(['init']);
  for (const text of ['one', 'two']) {
    await pond(['write', '/a'], text);
    await pond(['write', '/b'], text);
    await pond(['commit', '-m', text]);
  }
  return pond;
}

test('staged edits are replaced with --force alone', async (t) => {
  const pond = await twoVersions(t);
  await pond(['write', '/a'], 'mine');
  const refused = await pond(['restore', '/', '--at', '1']);
  assert.equal(refused.status, 4);
  assert.match(refused.stderr, /^error\[conflict\]: \/a has staged edits that would be lost\nhint: .*--force/);
  assert.equal((await pond(['cat', '/a'])).stdout, 'mine');
  assert.equal((await pond(['cat', '/b'])).stdout, 'two');
  const forced = await pond(['restore', '--force', '/', '--at', '1']);
  assert.equal(forced.stdout, '2 changes staged\nM  /a  3 B\nM  /b  3 B\n');
  assert.equal((await pond(['cat', '/a'])).stdout, 'one');
});

test('edits elsewhere, removals, and edits to what is restored are no reason to refuse', async (t) => {
  const pond = await twoVersions(t);
  await pond(['write', '/a'], 'mine');
  assert.equal((await pond(['restore', '/b', '--at', '1'])).status, 0);
  assert.equal((await pond(['restore', '/b', '--at', '1'])).status, 0);
  await pond(['rm', '/b']);
  assert.equal((await pond(['restore', '/b', '--at', 'HEAD'])).status, 0);
  assert.equal((await pond(['cat', '/b'])).stdout, 'two');
  assert.equal((await pond(['cat', '/a'])).stdout, 'mine');
});

test('a person at a terminal is asked', async () => {
  const refusal = new PondError('conflict', '/a has staged edits that would be lost', { path: '/a' });
  const wanted = { paths: ['/a'], at: '1' };
  const cases = [
    { isInteractive: true, answer: true, json: false, calls: [{ ...wanted, keepStaged: true }, wanted], fails: false },
    { isInteractive: true, answer: false, json: false, calls: [{ ...wanted, keepStaged: true }], fails: true },
    { isInteractive: true, answer: true, json: true, calls: [{ ...wanted, keepStaged: true }], fails: true },
    { isInteractive: false, answer: true, json: false, calls: [{ ...wanted, keepStaged: true }], fails: true },
  ];
  for (const { isInteractive, answer, json, calls, fails } of cases) {
    const made: { readonly keepStaged?: boolean }[] = [];
    const call = (_: string, params: { readonly keepStaged?: boolean }): Promise<unknown> => {
      made.push(params);
      return params.keepStaged === true ? Promise.reject(refusal) : Promise.resolve([]);
    };
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const terminal = Object.assign(openTerminal(streams), { isInteractive, confirm: () => Promise.resolve(answer) });
    const line = { json, flags: new Set(), texts: { at: '1' }, positionals: ['/a'] };
    const ran = restore.run({ line, terminal, call } as unknown as Session);
    await (fails ? assert.rejects(ran, refusal) : ran);
    assert.deepEqual(made, calls);
  }
});
