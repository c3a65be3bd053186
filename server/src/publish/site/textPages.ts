/** The pages and files of a site that resources render. */
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type InputMatcher, type Match } from '../../resources/model/derivedContent.ts';
import { type ExportContext, foldRecords } from '../../resources/model/exportContext.ts';
import { type ExportedFile } from '../export/manifest.ts';
import { textWithFiles } from '../export/templateText.ts';
import { type ExportTarget } from '../export/writeSet.ts';
import { readResource } from '../../resources/readResource.ts';
import { kindDirectory, parseResourcePath } from '../../resources/model/resourcePath.ts';
import { resourceKinds } from '../../resources/registry.ts';
import { type Slugs, pathFrom } from '../../documents/pageNames.ts';
import { type TextPage } from './pages.ts';
import { type SiteText } from './project.ts';
import { slugPath } from './seriesPages.ts';
import { isSkipped, orSkipped, type SkippedOutput } from './skippedOutputs.ts';

/** Context for rendering texts. */
interface TextParts {
  readonly fs: FileSystem;
  readonly inputs: InputMatcher;
  readonly destination: ExportTarget;
  readonly slugs: Slugs;
  /** The exported files of each series, by its pond path; relative to the root of the site's pages. */
  readonly files: ReadonlyMap<string, readonly ExportedFile[]>;
}

/** Rendered outputs: a text each, and a page for those in Markdown. */
interface RenderedTexts {
  readonly texts: readonly SiteText[];
  readonly pages: readonly TextPage[];
  readonly skipped: readonly SkippedOutput[];
}

/**
 * Renders the texts of all resources, but those that fail; their pages can refer to the exported files of their input
 * series.
 */
export async function renderTexts(parts: TextParts): Promise<RenderedTexts> {
  const texts: SiteText[] = [];
  const pages: TextPage[] = [];
  const skipped: SkippedOutput[] = [];
  for (const match of await textsOf(parts.inputs)) {
    const [resource = '', collection = '', output = ''] = match.captures;
    const names = output.split('/');
    const last = names.pop() ?? '';
    const isPage = /\.md$/i.test(last);
    const name = isPage ? last.slice(0, -'.md'.length) : last;
    const folder = `pages/${slugPath(parts.slugs, 'pages', [resource, collection, ...names])}`;
    const slug = isPage ? parts.slugs.ofPage(folder, name) : parts.slugs.of(folder, name);
    const path = `src/${folder}/${slug}${isPage ? '.md' : ''}`;
    const { desc, pattern } = await sourceOf(parts.fs, match, collection);
    const made = await orSkipped(match.path, async () => ({ text: await renderedText(parts, match, pattern, path) }));
    if (isSkipped(made)) {
      skipped.push(made);
      continue;
    }
    texts.push({ path, text: made.text, isTheirs: false });
    if (isPage) pages.push({ path, resource, collection, name: [...names, name].join('/'), desc });
  }
  return { texts, pages, skipped };
}

/** The texts of all kinds that render some, `/KIND/NAME/COLLECTION/OUTPUT`, in the order of these names. */
async function textsOf(inputs: InputMatcher): Promise<readonly Match[]> {
  const texts: Match[] = [];
  for (const kind of resourceKinds) {
    if ('renderText' in kind) texts.push(...(await inputs.match(`${kindDirectory(kind)}/*/*/**`)));
  }
  // Paths have UUIDs, whose order says nothing to readers.
  const order = ({ captures }: Match): string => captures.join('/');
  return texts.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The description of the resource of a text, and the pattern of its inputs: '' if the document has errors. */
async function sourceOf(
  fs: FileSystem,
  match: Match,
  collection: string,
): Promise<{ readonly desc: string; readonly pattern: string }> {
  const at = parseResourcePath(match.path);
  const stored = at && (await readResource(fs, at.kind, at.id));
  const flows = stored?.resource?.kind.flows(stored.resource.spec) ?? [];
  const flow = flows.find(({ writes }) => writes.startsWith(`${collection}/`));
  return { desc: stored?.desc ?? '', pattern: flow?.reads[0]?.pattern ?? '' };
}

async function renderedText(parts: TextParts, match: Match, pattern: string, page: string): Promise<string> {
  const { fs, inputs, destination } = parts;
  const files = await filesNextTo(parts, pattern, page.slice('src/'.length));
  const { materializer, job } = destination;
  const text = await textWithFiles(match.path, { fs, inputs, files, materializer, job });
  if (text !== undefined) return text;
  const root = await fs.root();
  return new TextDecoder().decode(await root.readFile(match.path));
}

/** A text reads one resolution of an output for its columns; its page needs the files of all resolutions. */
async function filesNextTo({ inputs, files }: TextParts, pattern: string, page: string): Promise<ExportContext> {
  const all = pattern.replace(/[^/]+$/, '*');
  if (all === '') return {};
  const records = (await inputs.match(all)).flatMap((series) =>
    (files.get(series.path) ?? []).map(({ file, startTime, endTime }) => ({
      file: pathFrom(page, file),
      start_time: startTime,
      end_time: endTime,
      captures: series.captures,
    })),
  );
  return foldRecords(records);
}
