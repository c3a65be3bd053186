/** Dependencies of a round of a mirror: the pond, the folder, and what both know of resources. */
import { createYield } from '../../../base/yieldToEventLoop.ts';
import { wait } from '../../../base/wait.ts';
import { type Job } from '../../../base/job.ts';
import { literal, literalList, sql } from '../../../duckdb/sql.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type RoundServices } from '../../../mirror/compare.ts';
import { type PondNames } from '../../../mirror/scanPond.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { isStored } from '../../../pond/node.ts';
import { type Pond } from '../../../pond/types.ts';
import { openHostFolder } from '../../../storage/hostFolder.ts';
import { openPondDisk } from '../../../storage/hostDisk.ts';
import { readUnchanged } from '../../../storage/unchangedFiles.ts';
import { type Node } from '../../../tinyfs/backend.ts';
import { type FileSystem } from '../../../tinyfs/fs.ts';
import { isBookkeeping, kindAt, parseResourcePath } from '../../model/resourcePath.ts';

/** Parts of the services that differ between a run and a plan. */
interface ServiceParts extends Required<Job>, Pick<RoundServices, 'transaction' | 'now'> {
  readonly pond: Pond;
  readonly materializer: Pick<Materializer, 'file' | 'builder'> | undefined;
}

/** Returns the services of a round on the latest commit. */
export async function roundServices(parts: ServiceParts): Promise<RoundServices> {
  const { pond, signal, progress, transaction, now } = parts;
  const { number } = pond.head;
  const fs = await pond.at(String(number));
  return {
    ...{ pond, progress, transaction, now, names, openFolder: openHostFolder },
    disk: openPondDisk(pond.directory),
    committed: { number, fs },
    derivedContent: (node) => derivedContent(parts, fs, node),
    wait: (ms) => wait(ms, signal, 'the run'),
    yieldToEventLoop: createYield(signal, 'the run'),
  };
}

const names: PondNames = {
  isBookkeeping(path) {
    const [name, ...more] = parseResourcePath(path)?.below ?? [];
    return name !== undefined && more.length === 0 && isBookkeeping(name);
  },
  mayDerive: (path) => path === '/' || kindAt(path) !== undefined,
};

/** A series of several versions as one file, like an export of it. */
async function* derivedContent(
  { pond, materializer, signal }: ServiceParts,
  fs: FileSystem,
  node: Node,
): AsyncIterable<Uint8Array> {
  if (!isStored(node)) {
    yield* fs.backend.read(node);
    return;
  }
  const files = await pond.hostFiles(node, { signal });
  const [first] = files;
  if (first === undefined || materializer === undefined) return;
  const key = keyOf('one file', 1, ...files.map((file) => file.key));
  const merging = (target: string): Promise<void> => merge(materializer, files, target);
  const whole = files.length === 1 ? first : await materializer.file(key, merging, { signal });
  yield* readUnchanged(whole.hostPath);
}

async function merge(
  { builder }: Pick<Materializer, 'builder'>,
  files: readonly HostFile[],
  target: string,
): Promise<void> {
  const reads = files.map(({ hostPath }) => hostPath);
  const rows = sql`SELECT * FROM read_parquet(${literalList(reads)}, union_by_name = true)`;
  const statements = [sql`COPY (${rows}) TO ${literal(target)} (FORMAT parquet)`];
  await builder.run({ statements, reads, writes: [target] });
}
