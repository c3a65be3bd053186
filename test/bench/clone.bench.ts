/**
 * A clone of a pond from a folder, whole and without contents, compared with `cp -r` of the folder, which verifies nothing
 * and flushes nothing: the floor.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseLocation } from '../../server/src/remote/location.ts';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { clonePond } from '../../server/src/replica/clone.ts';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { initPond } from '../support/pond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitStaged, fillPond } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const { contents, contentBytes, files, commits, ...rounds } = parametersOf(
  { contents: 8, contentBytes: 2_000_000, files: 500, commits: 100, rounds: 7, warmUp: 1 },
  { contents: 1, contentBytes: 100_000, files: 5, commits: 2, rounds: 1, warmUp: 0 },
);

printMachine();
await withScratch(async ({ folder }) => {
  const source = join(folder, 'source');
  await makePond(source);
  const url = pathToFileURL(source).href;
  const target = join(folder, 'target');
  const clone = async (isThin: boolean): Promise<void> => {
    const store = await openObjectStore(parseLocation(url, () => undefined));
    await clonePond(store, hostPondStorage(target), { url, isThin });
  };
  const times = await interleaved(
    { whole: () => clone(false), thin: () => clone(true), copy: () => cpSync(source, target, { recursive: true }) },
    { ...rounds, betweenRounds: () => rmSync(target, { recursive: true, force: true }) },
  );
  const what = `${commits + contents + 2} commits, ${contents} contents of ${contentBytes / 1e6} MB, ${files} small files`;
  const peer = { peer: 'cp -r', theirs: times.copy };
  printRatio({ what: `clone of ${what}`, ours: times.whole, ...peer });
  printRatio({ what: 'the same without contents', ours: times.thin, ...peer });
});

async function makePond(directory: string): Promise<void> {
  const pond = await initPond(directory);
  await fillPond(pond, files, 100);
  const root = await pond.fs.root();
  for (let index = 0; index < contents; index++) {
    await root.writeFile(`/content${index}`, Buffer.alloc(contentBytes, `${index} of the contents, `));
    await pond.commit({ message: 'content', author });
  }
  for (let index = 0; index < commits; index++) await commitStaged(pond, '/changing', `${index}`);
  await pond.close();
}
