/**
 * Runs without new data: of one, ten and a hundred resources, and of an Inbox whose files are unchanged. The first are
 * compared with a commit of one small file to the same pond, although such runs make none within a day; an Inbox with a
 * stat of each of its files and that commit.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initPond } from '../support/pond.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { runResources } from '../../server/src/resources/runs/runner.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitInTransaction } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const { few, some, many, fewFiles, manyFiles, ...rounds } = parametersOf(
  { few: 1, some: 10, many: 100, fewFiles: 1000, manyFiles: 10_000, rounds: 15, warmUp: 5 },
  { few: 1, some: 2, many: 6, fewFiles: 20, manyFiles: 40, rounds: 1, warmUp: 1 },
);

printMachine();
const builder = createBuilder();
try {
  await withScratch(async (scratch) => {
    for (const count of [few, some, many]) await resources(scratch, count);
    for (const count of [fewFiles, manyFiles]) await inbox(scratch, count);
  });
} finally {
  await builder.close();
}

async function resources(scratch: Scratch, count: number): Promise<void> {
  const pond = await newPond(scratch, `${count} resources`);
  const root = await pond.fs.root();
  await root.createDirectory('/data');
  for (let index = 0; index < count; index++) {
    await root.writeFile(`/data/n${index}.csv`, Buffer.from(`Timestamp,n\n${index},1\n${index + 3600},2\n`));
    await stageResource(pond, idOf(index), documentOf(index));
  }
  await pond.commit({ message: 'apply', author });
  await run(pond);
  const times = await interleaved({ run: () => run(pond), commit: (round) => commit(pond, round) }, rounds);
  const what = `${count} resources with nothing new`;
  printRatio({ what, ours: times.run, peer: 'a commit of one small file', theirs: times.commit });
  await pond.close();
}

async function inbox(scratch: Scratch, count: number): Promise<void> {
  const folder = scratch.make(`${count} files`);
  for (let index = 0; index < count; index++) {
    const inner = join(folder, `d${Math.floor(index / 100)}`);
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, `f${index % 100}`), `content of ${index}\n`);
  }
  const pond = await newPond(scratch, `inbox of ${count}`);
  await stageResource(pond, idOf(0), document('Inbox', 0, `{ pattern: '${folder}/**/*' }`));
  await pond.commit({ message: 'apply', author });
  await run(pond);
  const times = await interleaved(
    {
      run: () => run(pond),
      look: async (round) => {
        look(folder);
        await commit(pond, round);
      },
    },
    rounds,
  );
  const what = `an Inbox of ${count} files with nothing new`;
  printRatio({ what, ours: times.run, peer: 'their stat and a commit', theirs: times.look });
  await pond.close();
}

async function newPond(scratch: Scratch, name: string): Promise<ResourcePond> {
  const cache = createCache(openHostDisk(join(scratch.folder, `cache of ${name}`)), { bytesMax: 1e12 });
  const layer = derivedLayer(
    () => builder,
    () => cache,
  );
  return await initPond(scratch.make(name), { layer });
}

async function run(pond: ResourcePond): Promise<void> {
  // Files that changed a moment ago may change again unnoticed: an Inbox reads them again, which is not measured here.
  const now = (): number => Date.now() + 60_000;
  const results = await runResources(pond, {
    effects: { author, env: () => undefined, grants: { has: () => true }, now },
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const failed = results.find(({ record }) => record.status !== 'ok');
  if (failed !== undefined) throw new Error(`${failed.name}: ${failed.record.error?.message}`);
}

async function commit(pond: ResourcePond, round: number): Promise<void> {
  await commitInTransaction(pond, '/small', `content in round ${round}\n`);
}

function look(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) look(path);
    else statSync(path, { bigint: true });
  }
}

/** Every other kind that derives, each with an input of its own. */
function documentOf(index: number): string {
  const input = `/data/n${index}.csv`;
  const specs = {
    Derive: `{ collections: [{ name: all, pattern: '${input}', query: 'SELECT * FROM "$1"' }] }`,
    Combine: `{ scopes: [{ name: all, series: [{ pattern: '${input}' }] }] }`,
    Reduce: `{ collections: [{ name: all, resolutions: [1h, 1d], datasets: [{ in_pattern: '${input}', out_pattern: n }] }] }`,
    Template: `{ collections: [{ name: all, in_pattern: '/data/n${index}.*', out_pattern: n.md, template: "{{ args[0] }}" }] }`,
  };
  const [kind, spec] = Object.entries(specs)[index % 4]!;
  return document(kind, index, spec);
}

function document(kind: string, index: number, spec: string): string {
  return `apiVersion: duckpond/v1\nkind: ${kind}\nname: r${index}\ndesc: Bench\nspec: ${spec}\n`;
}

function idOf(index: number): string {
  return `5a0c7c55-2b3a-4f0e-9c56-${index.toString(16).padStart(12, '0')}`;
}
