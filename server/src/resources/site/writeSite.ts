import { openHostDisk } from '../../storage/hostDisk.ts';
import { type FS } from '../../tinyfs/fs.ts';
import { type Inputs } from '../derived.ts';
import { type Job } from '../job.ts';
import { type ExportedFile, type ExportedSet, readManifest, writeManifest } from '../export/manifest.ts';
import { sweep } from '../export/sweep.ts';
import { readHomes } from '../readResource.ts';
import { type Workshop } from '../workshop.ts';
import { createSlugs, scriptValue } from './names.ts';
import { findOutputs } from './outputs.ts';
import { addressOf, grouped, indexPageText, type SeriesPage, seriesPageText, type TextPage } from './pages.ts';
import { projectFiles, type SidebarSection, type SiteText } from './project.ts';
import { dataFolder, writeSeriesPage } from './seriesPages.ts';
import { renderTexts } from './textPages.ts';
import { writeTexts } from './writeTexts.ts';

/** What a site is made of, and where. */
export interface SiteParts {
  readonly fs: FS;
  readonly inputs: Inputs;
  readonly workshop: Workshop;
  /** Absolute host path of the site's folder; made when it is missing. */
  readonly directory: string;
  readonly title: string;
  readonly job: Job;
}

/** What became of a site. */
export interface WrittenSite {
  readonly pages: number;
  readonly files: number;
  /** How many of the files were there as they are. */
  readonly unchanged: number;
  readonly bytes: number;
}

/**
 * Writes an Observable Framework project: a page of charts for each output of Reduce resources, the pages of Template
 * resources, and a first page that lists them. The data goes beside, as Parquet by parts of time. What did not change is
 * left as it is. Fails `already-exists` where a file stands that is not ours, and as the outputs do.
 */
export async function writeSite({ fs, inputs, workshop, directory, title, job }: SiteParts): Promise<WrittenSite> {
  const dataDirectory = `${directory}/src/${dataFolder}`;
  const disk = openHostDisk(dataDirectory);
  const place = { disk, directory: dataDirectory, workshop, job };
  const before = readManifest(disk);
  const after = new Map<string, ExportedSet>();
  const files = new Map<string, readonly ExportedFile[]>();
  const slugs = createSlugs();
  const homes = await readHomes(fs);
  const descriptions = new Map(homes.flatMap(({ kind, name, desc }) => (kind.kind === 'Reduce' ? [[name, desc]] : [])));
  const series: SeriesPage[] = [];
  let unchanged = 0;
  const outputs = await findOutputs(inputs);
  try {
    for (const output of outputs) {
      job.progress?.(`writing ${output.resource}/${output.collection}/${output.name}`, series.length, outputs.length);
      const made = await writeSeriesPage({ place, slugs, before, after, files, descriptions }, output);
      series.push(made.page);
      unchanged += made.unchanged;
    }
  } catch (error) {
    // What was there before is ours as well as what came now.
    writeManifest(disk, new Map([...before, ...after]));
    throw error;
  }
  const rendered = await renderTexts({ fs, inputs, place, slugs, files });
  const texts = [
    ...projectFiles(title, sectionsOf(series, rendered.pages)),
    ...series.map((page): SiteText => ({ path: page.path, text: seriesPageText(page), isTheirs: false })),
    ...rendered.texts,
    { path: 'src/index.md', text: indexPageText(title, series, rendered.pages), isTheirs: false },
    { path: 'src/datasets.json', text: indexJson(series), isTheirs: false },
  ];
  const written = await writeTexts(openHostDisk(directory), directory, texts, job.signal);
  sweep(disk, dataDirectory, before, after);
  writeManifest(disk, after);
  const data = [...after.values()].flatMap((set) => set.files);
  return {
    pages: series.length + rendered.pages.length + 1,
    files: texts.length + data.length,
    unchanged: unchanged + written.unchanged,
    bytes: written.bytes + data.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

function sectionsOf(series: readonly SeriesPage[], texts: readonly TextPage[]): readonly SidebarSection[] {
  const sections = [...grouped<SeriesPage | TextPage>(series), ...grouped<SeriesPage | TextPage>(texts)];
  return sections.map(([name, pages]) => ({
    name,
    pages: pages.map((page) => ({ name: page.name, path: addressOf(page) })),
  }));
}

/** The same as the first page tells, for programs. */
function indexJson(series: readonly SeriesPage[]): string {
  const datasets = series.map(({ path, sparkline: _, modifiedUs, ...rest }) => ({
    ...rest,
    page: addressOf({ path }),
    modified: new Date(modifiedUs / 1000).toISOString(),
  }));
  return `${scriptValue({ datasets })}\n`;
}
