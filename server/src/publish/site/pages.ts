/** The pages of a site, as Markdown. */
import { plural } from '../../base/plural.ts';
import { pageText, pathFrom, scriptValue } from '../../documents/pageNames.ts';
import { type Parameter } from './outputs.ts';
import { day, type Sparkline, sparklineHtml } from './sparkline.ts';

/** A Parquet file of a page, with its times in seconds since 1970 UTC, the end exclusive. */
interface PageFile {
  /** Relative to the root of the site. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly sizeBytes: number;
}

/** A resolution of a page. */
export interface PageResolution {
  readonly name: string;
  readonly seconds: number;
  readonly files: readonly PageFile[];
}

/** A page with the charts of an output of a Reduce resource. */
export interface SeriesPage {
  /** Relative to the root of the site, with `.md`. */
  readonly path: string;
  readonly resource: string;
  readonly desc: string;
  readonly collection: string;
  readonly name: string;
  /** Name of the column with the time. */
  readonly timeColumn: string;
  readonly parameters: readonly Parameter[];
  readonly resolutions: readonly PageResolution[];
  /** Range of the data, seconds since 1970 UTC; undefined without data. */
  readonly time: { readonly start: number; readonly end: number } | undefined;
  /** Time of the last change of the data, microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  /** Latest values of the first parameter; undefined if there are none. */
  readonly sparkline: Sparkline | undefined;
}

/** A page rendered by a Template. */
export interface TextPage {
  readonly path: string;
  readonly resource: string;
  readonly desc: string;
  readonly collection: string;
  readonly name: string;
}

/** Returns the Markdown of a page with charts. */
export function seriesPageText(page: SeriesPage): string {
  const { path, parameters, resolutions, time, timeColumn } = page;
  const from = (file: string): string => pathFrom(path.slice('src/'.length), file);
  const list = resolutions.map(({ name, seconds, files }) => {
    const lines = files.map(
      ({ file, start, end }) =>
        `    {start: ${start}, end: ${end}, load: () => FileAttachment(${scriptValue(from(file))}).arrayBuffer()},`,
    );
    return [`  {name: ${scriptValue(name)}, seconds: ${seconds}, files: [`, ...lines, '  ]},'].join('\n');
  });
  return `${frontMatter(page.name)}
<p class="pond-crumbs">${pageText(page.resource)} / ${pageText(page.collection)}</p>

# ${pageText(page.name)}

<p class="pond-lead">${pageText(page.desc)}${page.desc === '' ? '' : '<br>'}${whenText(page)}</p>

\`\`\`js
import {seriesPage} from ${scriptValue(from('components/page.js'))};

const resolutions = [
${list.join('\n')}
];
const parameters = ${scriptValue(parameters)};
const {start, end} = ${scriptValue(time ?? { start: 0, end: 0 })};
display(seriesPage({name: ${scriptValue(page.name)}, time: ${scriptValue(timeColumn)}, start, end, parameters, resolutions}));
\`\`\`

${filesText(page, from)}`;
}

/** Returns the Markdown of the first page: all pages, with the age of their data. */
export function indexPageText(title: string, series: readonly SeriesPage[], texts: readonly TextPage[]): string {
  const newest = Math.max(...series.map(({ modifiedUs }) => modifiedUs));
  const lead =
    series.length > 0
      ? `${plural(series.length, 'dataset')}, last changed ${day(newest / 1e6)}.`
      : texts.length > 0
        ? `${plural(texts.length, 'page')}.`
        : 'This pond has nothing to show yet: apply a Reduce or a Template resource, run it, and make the site again.';
  const sections = [
    ...grouped(series).map(([name, pages]) => sectionText(name, pages[0]?.desc ?? '', pages.map(tileText))),
    ...grouped(texts).map(([name, pages]) => sectionText(name, pages[0]?.desc ?? '', pages.map(textTile))),
  ];
  return `${frontMatter(title)}
# ${pageText(title)}

<p class="pond-lead">${lead}</p>

${sections.join('\n')}`;
}

/** Returns the pages by resource and collection, in order. */
export function grouped<P extends { readonly resource: string; readonly collection: string }>(
  pages: readonly P[],
): readonly (readonly [string, readonly P[]])[] {
  const groups = new Map<string, P[]>();
  for (const page of pages) {
    const name = `${page.resource} / ${page.collection}`;
    groups.set(name, [...(groups.get(name) ?? []), page]);
  }
  return [...groups];
}

/** Returns the address of a page on the built site, as in the sidebar: with its extension, as a plain file server needs. */
export function addressOf({ path }: { readonly path: string }): string {
  return `/${path.slice('src/'.length).replace(/\.md$/, '.html')}`;
}

function frontMatter(title: string): string {
  // JSON is valid YAML, even for a text that YAML would interpret. A title of `false` would also disable it.
  return `---\ntitle: ${JSON.stringify(title)}\n---\n`;
}

// HTML without empty lines, which would end it for Markdown.
function sectionText(name: string, desc: string, tiles: readonly string[]): string {
  const about = desc === '' ? '' : `<small>${pageText(desc)}</small>`;
  return `<h2 class="pond-section">${pageText(name)}${about}</h2>\n<div class="pond-grid">\n${tiles.join('\n')}\n</div>\n`;
}

function tileText(page: SeriesPage): string {
  const names = [...new Set(page.parameters.map(({ name }) => name))];
  const tags = [...names.slice(0, 5), ...(names.length > 5 ? [`+${names.length - 5}`] : [])];
  const when = page.time === undefined ? 'no data yet' : `${day(page.time.start)} to ${day(page.time.end)}`;
  return [
    `<a class="pond-tile" href=".${addressOf(page)}">`,
    `<strong>${pageText(page.name)}</strong>`,
    page.sparkline === undefined ? '' : sparklineHtml(page.sparkline),
    `<span class="pond-tags">${tags.map((tag) => `<span>${pageText(tag)}</span>`).join('')}</span>`,
    `<span class="pond-when">${when}</span>`,
    '</a>',
  ].join('');
}

function textTile(page: TextPage): string {
  return `<a class="pond-tile" href=".${addressOf(page)}"><strong>${pageText(page.name)}</strong></a>`;
}

function whenText({ time, modifiedUs }: SeriesPage): string {
  const range = time === undefined ? 'No data yet' : `${day(time.start)} to ${day(time.end)}`;
  return `${range}, last changed ${day(modifiedUs / 1e6)}. All times are UTC.`;
}

function filesText({ resolutions }: SeriesPage, from: (file: string) => string): string {
  const rows = resolutions.flatMap(({ name, files }) =>
    files.map(
      ({ file, start, end, sizeBytes }) =>
        `<tr><td>${pageText(name)}</td><td>${day(start)} to ${day(end - 1)}</td>` +
        `<td><a href="${pageText(from(file))}" download>Parquet</a>, ${sizeText(sizeBytes)}</td></tr>`,
    ),
  );
  if (rows.length === 0) return '';
  const head = '<thead><tr><th>Resolution</th><th>Time</th><th>File</th></tr></thead>';
  return `<details class="pond-files"><summary>Data files</summary>\n<table>${head}\n<tbody>\n${rows.join('\n')}\n</tbody></table>\n</details>\n`;
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
