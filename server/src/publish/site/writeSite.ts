import { type OpenDisk } from '../../storage/disk.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { dirname } from '../../tinyfs/path.ts';
import { type InputMatcher } from '../../resources/model/derivedContent.ts';
import { type Job } from '../../base/job.ts';
import { type ExportedSet, readManifest, writeManifest } from '../export/manifest.ts';
import { requireFolders } from '../export/hostFiles.ts';
import { sweep } from '../export/sweep.ts';
import { readResources } from '../../resources/readResource.ts';
import { mapLimit } from '../../base/mapLimit.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { createSlugs, scriptValue } from '../../documents/pageNames.ts';
import { findOutputs, type SiteOutput } from './outputs.ts';
import { addressOf, grouped, indexPageText, type SeriesPage, seriesPageText, type TextPage } from './pages.ts';
import { projectFiles, type SidebarSection, type SiteSettings, type SiteText } from './project.ts';
import { dataFolder, type SiteData, writeSeriesPage, type WrittenPage } from './seriesPages.ts';
import { isSkipped, orSkipped, type SkippedOutput } from './skippedOutputs.ts';
import { renderTexts } from './textPages.ts';
import { writeTexts } from './writeTexts.ts';

/** Inputs and destination of a site. */
export interface SiteParts {
  readonly openDisk: OpenDisk;
  readonly fs: FileSystem;
  readonly inputs: InputMatcher;
  readonly materializer: Materializer;
  /** Absolute host path of the site's folder; created when missing. */
  readonly directory: string;
  readonly settings: SiteSettings;
  readonly job: Job;
}

/** Folders of a site's files, relative to its own folder. */
const siteFolders = ['src', `src/${dataFolder}`, 'src/components', 'src/pages', 'src/reduce'];

/** Result of writing a site. */
export interface WrittenSite {
  readonly pages: number;
  readonly files: number;
  /** Number of files that were up to date. */
  readonly unchanged: number;
  readonly bytes: number;
  /** Outputs that could not be made, and so have no page. */
  readonly skipped: readonly SkippedOutput[];
}

/**
 * Writes an Observable Framework project: a page of charts for each output of resources whose kind is charted, the
 * pages that resources render, and a first page that lists them. Data is written as Parquet, partitioned by time.
 * Unchanged files are not rewritten. Fails `path-escapes`, before anything is written, where a folder of the site is a
 * link; `already-exists` for a foreign file at a path of the site. An output that cannot be made is left out.
 */
export async function writeSite(parts: SiteParts): Promise<WrittenSite> {
  const { fs, materializer, directory, job, openDisk } = parts;
  // The data has a disk of its own, which cannot detect that a folder above its root is a link.
  requireFolders(openDisk(directory), directory, siteFolders);
  const dataDirectory = `${directory}/src/${dataFolder}`;
  const disk = openDisk(dataDirectory);
  const before = readManifest(disk);
  const after = new Map<string, ExportedSet>();
  const stored = await readResources(fs);
  const data: SiteData = {
    destination: { disk, directory: dataDirectory, materializer, job },
    slugs: createSlugs(),
    before,
    after,
    files: new Map(),
    descriptions: new Map(stored.flatMap(({ kind, name, desc }) => (kind.isCharted === true ? [[name, desc]] : []))),
  };
  const written = await writeAll(parts, data).catch((error: unknown) => {
    // Files of both the earlier and the current export are ours.
    writeManifest(disk, before, new Map([...before, ...after]));
    throw error;
  });
  sweep(disk, dataDirectory, before, after);
  writeManifest(disk, before, after);
  return written;
}

async function writeAll(
  { fs, inputs, directory, settings, job, openDisk }: SiteParts,
  data: SiteData,
): Promise<WrittenSite> {
  const outputs = await writePages(data, await findOutputs(inputs), job);
  const made = outputs.filter((output): output is WrittenPage => !isSkipped(output));
  const series = made.map(({ page }) => page);
  const rendered = await renderTexts({ ...data, fs, inputs });
  const texts = [
    ...projectFiles(settings, sectionsOf(series, rendered.pages)),
    ...series.map((page): SiteText => ({ path: page.path, text: seriesPageText(page), isTheirs: false })),
    ...rendered.texts,
    { path: 'src/index.md', text: indexPageText(settings.title, series, rendered.pages), isTheirs: false },
    { path: 'src/datasets.json', text: indexJson(series), isTheirs: false },
  ];
  const written = await writeTexts(openDisk(directory), directory, texts, job.signal);
  const dataFiles = [...data.after.values()].flatMap((set) => set.files);
  return {
    pages: series.length + rendered.pages.length + 1,
    files: texts.length + dataFiles.length,
    unchanged: made.reduce((sum, { unchanged }) => sum + unchanged, written.unchanged),
    bytes: written.bytes + dataFiles.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    skipped: [...outputs.filter(isSkipped), ...rendered.skipped],
  };
}

/** Number of pages whose data is written concurrently. */
const pagesAtOnce = 2;

/** Pages start in the order of their outputs, and take their names at the start, so names are stable. */
async function writePages(
  data: SiteData,
  outputs: readonly SiteOutput[],
  job: Job,
): Promise<readonly (WrittenPage | SkippedOutput)[]> {
  let done = 0;
  return await mapLimit(outputs, pagesAtOnce, async (output) => {
    job.progress?.(`writing ${output.resource}/${output.collection}/${output.name}`, done, outputs.length);
    const page = await orSkipped(pathOf(output), () => writeSeriesPage(data, output));
    done += 1;
    return page;
  });
}

/** The directory of an output, whose resolutions are in it. */
function pathOf({ resolutions }: SiteOutput): string {
  return dirname(resolutions[0]?.match.path ?? '/');
}

function sectionsOf(series: readonly SeriesPage[], texts: readonly TextPage[]): readonly SidebarSection[] {
  const sections = [...grouped<SeriesPage | TextPage>(series), ...grouped<SeriesPage | TextPage>(texts)];
  return sections.map(([name, pages]) => ({
    name,
    pages: pages.map((page) => ({ name: page.name, path: addressOf(page) })),
  }));
}

/** The content of the first page, for programs. */
function indexJson(series: readonly SeriesPage[]): string {
  const datasets = series.map(({ path, sparkline: _, modifiedUs, ...rest }) => ({
    ...rest,
    page: addressOf({ path }),
    modified: new Date(modifiedUs / 1000).toISOString(),
  }));
  return `${scriptValue({ datasets })}\n`;
}
