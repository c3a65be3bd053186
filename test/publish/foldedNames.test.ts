import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { foldingOf, requireDistinct, samePaths } from '../../server/src/publish/export/foldedNames.ts';
import { type NameFolding } from '../../server/src/storage/nameFolding.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { exportFiles } from '../../server/src/commands/export.ts';
import { newResourcePond } from '../support/resourcePond.ts';
import { temporaryFolder } from '../support/folder.ts';

const nfc = 'caf\u00e9';
const nfd = 'cafe\u0301';
const foldings: readonly NameFolding[] = [false, true].flatMap((ignoresCase) =>
  [false, true].map((ignoresForm) => ({ ignoresCase, ignoresForm })),
);

/** The disk, as if its host ignored these differences. */
function folding(disk: Disk, { ignoresCase, ignoresForm }: NameFolding): Disk {
  const stored = (path: string): string => {
    const formed = ignoresForm ? path.normalize('NFD') : path;
    return ignoresCase ? formed.toLowerCase() : formed;
  };
  return {
    ...disk,
    create: (path, options) => disk.create(stored(path), options),
    stat: (path) => disk.stat(stored(path)),
    remove: (path) => disk.remove(stored(path)),
  };
}

test('two paths that are one file are found for what the host ignores, and only then', () => {
  const rows: readonly (readonly [string, string, (given: NameFolding) => boolean])[] = [
    ['a/x', 'a/y', () => false],
    ['a/x', 'a/x', () => false],
    ['a/x', 'A/x', ({ ignoresCase }) => ignoresCase],
    ['Stra\u00dfe', 'STRASSE', ({ ignoresCase }) => ignoresCase],
    [nfc, nfd, ({ ignoresForm }) => ignoresForm],
    [nfc.toUpperCase(), nfd, ({ ignoresCase, ignoresForm }) => ignoresCase && ignoresForm],
  ];
  for (const [first, second, areSame] of rows) {
    for (const given of foldings) {
      const found = samePaths([first, second], given);
      assert.deepEqual(found, areSame(given) ? { first, second } : undefined, JSON.stringify([first, second, given]));
    }
  }
});

test('an export refuses two names that are one file in its folder, before it writes', async (t) => {
  const pond = await newResourcePond(t);
  const root = await pond.fs.root();
  for (const path of ['/a.csv', '/A.csv']) await root.createFile(path, Buffer.from('x\n1\n'));
  const directory = temporaryFolder(t);
  const openDisk = (folder: string): Disk => folding(openHostDisk(folder), { ignoresCase: true, ignoresForm: false });
  const context = { signal: new AbortController().signal, progress: () => {}, effects: { openDisk } };
  const params = { pond: pond.directory, paths: ['/*.csv'], directory };
  for (const temporal of [{}, { temporal: ['year'] }]) {
    await assert.rejects(exportFiles(pond, { ...params, ...temporal }, context), { code: 'already-exists' });
    assert.deepEqual(readdirSync(directory), []);
  }
});

test('what a folder ignores is tried, and nothing is left there', (t) => {
  const folder = temporaryFolder(t);
  for (const given of foldings.filter(() => process.platform === 'linux')) {
    const disk = folding(openHostDisk(folder), given);
    assert.deepEqual(foldingOf(disk), given);
    assert.deepEqual(readdirSync(folder), []);
    const names = [nfc, nfd];
    if (!given.ignoresForm) requireDistinct(disk, names);
    else {
      assert.throws(
        () => requireDistinct(disk, names),
        (error) => isPondError(error, 'already-exists') && names.every((name) => error.message.includes(name)),
      );
    }
  }
});
