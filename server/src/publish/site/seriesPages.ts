/** Writes the data of a site, and describes the content of its chart pages. */
import { identifier, literalList, sql } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type FileFacts } from '../../sandbox/build.ts';
import { type ExportedFile, type ExportedSet, type Manifest } from '../export/manifest.ts';
import { partitionColumn } from '../export/partitions.ts';
import { type ExportTarget, writeSet } from '../export/writeSet.ts';
import { type Slugs } from '../../documents/pageNames.ts';
import { timeSql } from '../../resources/series/time.ts';
import { type Parameter, parametersOf, partsFor, type SiteResolution, type SiteOutput } from './outputs.ts';
import { type PageResolution, type SeriesPage } from './pages.ts';
import { type Sparkline } from './sparkline.ts';

/** Folder of the data, below the root of the site's pages. */
export const dataFolder = 'data';

/** Context for writing the data of a site. */
export interface SiteData {
  /** Destination of the data: the folder `src/data` of the site. */
  readonly destination: ExportTarget;
  readonly slugs: Slugs;
  readonly before: Manifest;
  /** Receives the written sets, by folder. */
  readonly after: Map<string, ExportedSet>;
  /** Receives the files of each series, by its pond path; relative to the root of the site's pages. */
  readonly files: Map<string, readonly ExportedFile[]>;
  /** Descriptions of the resources whose outputs are charted, by name. */
  readonly descriptions: ReadonlyMap<string, string>;
}

/** A page with its data written. */
export interface WrittenPage {
  readonly page: SeriesPage;
  /** Number of its files that were up to date. */
  readonly unchanged: number;
}

/** Writes the data of an output and returns its page. */
export async function writeSeriesPage(data: SiteData, output: SiteOutput): Promise<WrittenPage> {
  const { destination, slugs } = data;
  const { resource, collection, name } = output;
  const folders = slugPath(slugs, '', [resource, collection, name]);
  const resolutions: (PageResolution & { readonly facts: FileFacts; readonly inputs: readonly HostFile[] })[] = [];
  let unchanged = 0;
  for (const resolution of output.resolutions) {
    const written = await writeResolution(data, folders, resolution);
    const facts = await destination.materializer.inspect(written.inputs, destination.job);
    unchanged += written.unchanged;
    resolutions.push({ ...written.resolution, facts, inputs: written.inputs });
  }
  const [finest] = resolutions;
  const facts = finest?.facts;
  const columns = facts?.columns ?? [];
  const parameters = parametersOf(columns);
  const time = facts?.time && {
    start: Math.floor(Number(facts.time.minUs) / 1e6),
    end: Math.ceil(Number(facts.time.maxUs) / 1e6 + (finest?.seconds ?? 0)),
  };
  const page: SeriesPage = {
    path: `src/reduce/${folders}.md`,
    resource,
    collection,
    name,
    desc: data.descriptions.get(resource) ?? '',
    timeColumn: partitionColumn(columns)?.name ?? 'Timestamp',
    parameters,
    resolutions: resolutions.map(({ name: title, seconds, files }) => ({ name: title, seconds, files })),
    time,
    modifiedUs: Math.max(...output.resolutions.map(({ match }) => match.modifiedUs)),
    sparkline: await sparklineOf(destination, resolutions, parameters[0]),
  };
  return { page, unchanged };
}

/** Returns the names of a path as a path of names for pages, each unique in its folder. */
export function slugPath(slugs: Slugs, root: string, names: readonly string[]): string {
  let path = root;
  for (const name of names) path = `${path}/${slugs.ofPage(path, name)}`;
  return path.slice(root.length + 1);
}

async function writeResolution(
  { destination, slugs, before, after, files }: SiteData,
  folders: string,
  { name, seconds, match }: SiteResolution,
): Promise<{ readonly resolution: PageResolution; readonly inputs: readonly HostFile[]; readonly unchanged: number }> {
  const folder = `${folders}/res-${slugs.of(`data/${folders}`, name)}`;
  const inputs = await match.files(destination.job);
  const set = { origin: 'site', inputs, folder, file: `${folder}/data.parquet`, parts: partsFor(seconds) };
  const { unchanged, ...written } = await writeSet(destination, set, before.get(folder), (part) =>
    after.set(folder, part),
  );
  after.set(folder, written);
  const placed = written.files.map((file) => ({ ...file, file: `${dataFolder}/${file.file}` }));
  files.set(match.path, placed);
  const shown = placed.flatMap(({ file, startTime: start, endTime: end, sizeBytes }) =>
    start === null || end === null ? [] : [{ file, start, end, sizeBytes }],
  );
  return { resolution: { name, seconds, files: shown }, inputs, unchanged };
}

/** Values that a thumbnail-size sparkline can show. */
const sparklineMax = 120;

/** Returns the latest values of a parameter, at the coarsest resolution that has enough of them; undefined without any. */
async function sparklineOf(
  { materializer, job }: ExportTarget,
  resolutions: readonly {
    readonly seconds: number;
    readonly facts: FileFacts;
    readonly inputs: readonly HostFile[];
  }[],
  parameter: Parameter | undefined,
): Promise<Sparkline | undefined> {
  const chosen = resolutions.findLast(({ facts }) => facts.rowCount >= sparklineMax / 3) ?? resolutions[0];
  const column = parameter?.avg ?? parameter?.max ?? parameter?.min;
  const time = chosen && partitionColumn(chosen.facts.columns);
  if (chosen === undefined || parameter === undefined || column === undefined || time === undefined) return undefined;
  const reads = chosen.inputs.map(({ hostPath }) => hostPath);
  const number = sql`CAST(${identifier(column)} AS DOUBLE)`;
  const rows = await materializer.builder.run(
    {
      statements: [
        sql`SELECT ${number}, epoch(${timeSql(time)}) FROM read_parquet(${literalList(reads)}, union_by_name = true, hive_partitioning = false)
         WHERE isfinite(${number}) ORDER BY ${identifier(time.name)} DESC LIMIT ${sparklineMax}`,
      ],
      reads,
    },
    job.signal,
  );
  if (rows.length === 0) return undefined;
  const points = rows.map(([value, time]) => ({ time: Number(time), value: Number(value) })).reverse();
  const { name, unit, instrument } = parameter;
  // Half a bucket more, since months differ.
  return { name, unit, instrument, points, gapSeconds: chosen.seconds * 1.5 };
}
