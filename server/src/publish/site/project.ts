/** The files around the pages of a site. */
import { chartScript } from './chartScript.ts';
import { csvScript } from './csvScript.ts';
import { headOf } from './headScript.ts';
import { scriptValue } from '../../documents/pageNames.ts';
import { numberScript } from './numberScript.ts';
import { offlineScript } from './offlineScript.ts';
import { pageScript } from './pageScript.ts';
import { pointScript } from './pointScript.ts';
import { seriesScript } from './seriesScript.ts';
import { siteStyle } from './style.ts';

/** A text file of a site. */
export interface SiteText {
  /** Relative to the site's folder. */
  readonly path: string;
  readonly text: string;
  /** True for files that users customize: written once, and kept when modified. */
  readonly isTheirs: boolean;
}

/** An entry of the sidebar. */
interface SidebarPage {
  readonly name: string;
  /** From the root of the site, beginning with `/`, without an extension. */
  readonly path: string;
}

/** A part of the sidebar. */
export interface SidebarSection {
  readonly name: string;
  readonly pages: readonly SidebarPage[];
}

const icon =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='7' fill='#1f6feb'/>" +
  "<path d='M5 20c4-7 7-7 11 0s7 7 11 0' fill='none' stroke='white' stroke-width='3' stroke-linecap='round'/></svg>";

/** Title and language of a site. */
export interface SiteSettings {
  readonly title: string;
  /** Language tag, such as `de` or `en-GB`. */
  readonly lang: string;
}

/** Returns the files around the pages: settings, scripts and style. */
export function projectFiles(settings: SiteSettings, sections: readonly SidebarSection[]): readonly SiteText[] {
  const theirs = (path: string, text: string): SiteText => ({ path, text, isTheirs: true });
  const ours = (path: string, text: string): SiteText => ({ path, text, isTheirs: false });
  return [
    theirs('package.json', packageText()),
    theirs('observablehq.config.js', configText()),
    theirs('.gitignore', 'node_modules/\ndist/\nsrc/.observablehq/cache/\n'),
    theirs('src/style.css', siteStyle),
    ours('pond.config.js', pondConfigText(settings, sections)),
    ours('pond.offline.js', offlineScript),
    ours('src/components/series.js', seriesScript),
    ours('src/components/chart.js', chartScript),
    ours('src/components/numbers.js', numberScript),
    ours('src/components/points.js', pointScript),
    ours('src/components/page.js', pageScript),
    ours('src/components/csv.js', csvScript),
  ];
}

function packageText(): string {
  const value = {
    private: true,
    type: 'module',
    scripts: { build: 'observable build', dev: 'observable preview' },
    dependencies: {
      '@observablehq/framework': '^1.13.4',
      '@observablehq/plot': '^0.6.17',
      hyparquet: '^1.31.5',
    },
    engines: { node: '>=20' },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function configText(): string {
  return `// Settings of the site: https://observablehq.com/framework/config. This file is yours; pond.config.js is written by
// pond site each time.
import './pond.offline.js';
import { head, links, pages, title } from './pond.config.js';

export default {
  root: 'src',
  title,
  pages,
  // Links with the names of files, which any web server finds.
  ...links,
  style: 'style.css',
  // Nothing is fetched from other places: no fonts, no libraries.
  globalStylesheets: [],
  head: ${scriptValue(`<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">`)} + head,
  footer: 'Made with DuckPond.',
  search: false,
  pager: false,
  toc: false,
};
`;
}

function pondConfigText({ title, lang }: SiteSettings, sections: readonly SidebarSection[]): string {
  return `// Written by pond site.
export const title = ${scriptValue(title)};
export const links = {preserveExtension: true, preserveIndex: true};
// The language of the pages, and a note on pages that are opened as files.
export const head = ${scriptValue(headOf(lang))};
export const pages = ${JSON.stringify(sections, null, 2).replace(/[\u2028\u2029]/g, ' ')};
`;
}
