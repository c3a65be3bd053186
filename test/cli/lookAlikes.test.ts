import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAlikes, spelledOut } from '../../client/cli/lookAlikes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

const nfc = 'caf\u00e9';
const nfd = 'cafe\u0301';

test('names that look alike are found, and no others', () => {
  const alike = [
    [nfc, nfd],
    ['paypal', 'p\u0430ypal'],
    ['data', 'da\u200bta'],
    ['a b', 'a\u00a0b'],
    ['\u039f', 'O'],
  ];
  for (const [one = '', other = ''] of alike) {
    assert.deepEqual(
      lookAlikes([`/d/${one}`, '/d/x', `/d/${other}`]),
      [[`/d/${one}`, `/d/${other}`]],
      spelledOut(other),
    );
    assert.deepEqual(lookAlikes([`/d/${one}`, `/e/${other}`]), [], 'in two directories');
  }
  for (const [one = '', other = ''] of [
    [nfc, nfc],
    [nfc, 'cafe'],
    ['a', 'A'],
    ['m\u00fcll', 'm\u00f6ll'],
  ]) {
    assert.deepEqual(lookAlikes([one, other]), [], `${spelledOut(one)} ${spelledOut(other)}`);
  }
});

test('ls warns of names that look alike; its JSON is as it is', async (t) => {
  const cwd = temporaryFolder(t);
  await runPond(['init'], { cwd });
  await runPond(['touch', `/${nfc}`, `/${nfd}`], { cwd });
  const { stdout, stderr } = await runPond(['ls'], { cwd });
  assert.deepEqual(stdout.trimEnd().split('\n').sort(), [nfc, nfd].sort());
  assert.equal(stderr, 'pond: two names look alike: /cafe\\u{301} and /caf\\u{e9}\n');
  assert.equal((await runPond(['ls', '--json'], { cwd })).stderr, '');
});
