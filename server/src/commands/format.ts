import { PondError } from '../base/error.ts';
import { suggest } from '../base/suggest.ts';
import {
  formatAt,
  formatAttributes,
  formatKey,
  formatSources,
  type FormatSource,
  formatTexts,
  mergeFormats,
  parseFormat,
  type StatedFormat,
  withFormat,
} from '../documents/statedFormat.ts';
import { type FormatOption, formatOptions } from '../documents/textFormat.ts';
import { type FormatInfo, type FormatOptionInfo } from '../protocol/commands.ts';
import { type DisplayPaths, displayPaths } from '../resources/displayPath.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { existing } from './tree.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command } from './verb.ts';

/** The format stated for a path and for paths below it. Fails `not-found`, and as formatAt. */
export const format: Command<'format'> = async (pond, { path, at }) => await formatInfo(await treeAt(pond, at), path);

/** States options of a format for a file or folder, as a staged change. Fails `not-found`, `usage`, `invalid-path`. */
export const setFormat: Command<'setFormat'> = async ({ fs }, { path, options = {}, clear = [] }) => {
  const root = await fs.root();
  const at = await existing(root, path);
  if (at.path === '/') {
    throw new PondError('invalid-path', 'a format is stated for a file or folder, not for the whole pond', { path });
  }
  const former = clear === true ? {} : without(statedFor(at), clear);
  const attributes = withFormat(
    at.node.attributes,
    formatAttributes.stated,
    mergeFormats(former, parseFormat(options)),
  );
  // Statements that exclude each other are refused here, rather than by every later read.
  formatAt(at.withNode({ ...at.node, attributes }));
  await root.setAttributes(at.path, attributes);
  return await formatInfo(fs, at.path);
};

/** The format that a person stated for exactly this path. */
function statedFor(at: NodePath): StatedFormat {
  return formatSources(at).find(({ path, inDocument }) => path === at.path && !inDocument)?.format ?? {};
}

function without(format: StatedFormat, cleared: readonly string[]): StatedFormat {
  for (const name of cleared) if (!isOption(name)) throw unknownOption(name);
  return Object.fromEntries(Object.entries(format).filter(([option]) => !cleared.includes(option)));
}

function isOption(name: string): name is FormatOption {
  return formatOptions.some((option) => option === name);
}

function unknownOption(name: string): PondError {
  const meant = suggest(name, formatOptions);
  const hint = meant === undefined ? `Options are ${formatOptions.join(', ')}.` : `Did you mean "${meant}"?`;
  return new PondError('usage', `"${name}" is not an option of a format`, { hint });
}

async function formatInfo(fs: FileSystem, path: string): Promise<FormatInfo> {
  const root = await fs.root();
  const names = displayPaths([fs]);
  const at = await existing(root, path);
  const below: FormatOptionInfo[] = [];
  if (at.isDirectory) {
    for await (const node of storedBelow(root, at)) {
      const own = formatSources(node).filter((source) => source.path === node.path);
      for (const source of own) below.push(...(await optionsOf(source, names)));
    }
  }
  return { ...(await names.named(at.path)), options: await optionsAt(at, names), below };
}

/** Everything below a directory that is stored: what is derived has no format of its own. */
async function* storedBelow(root: WorkingDirectory, top: NodePath): AsyncIterable<NodePath> {
  const waiting = [top];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const at of await root.list(directory.path)) {
      if (roleOf(at.node)?.in === 'derived') continue;
      if (formatKey({ chain: [at.node] }) !== undefined) yield at;
      if (at.isDirectory) waiting.push(at);
    }
  }
}

/** The options that hold at a path, each from the nearest statement. Fails as formatSources. */
export async function optionsAt(at: NodePath, names: DisplayPaths): Promise<readonly FormatOptionInfo[]> {
  return await effective(formatSources(at), names);
}

async function effective(sources: readonly FormatSource[], names: DisplayPaths): Promise<readonly FormatOptionInfo[]> {
  const nearest = new Map<string, FormatOptionInfo>();
  for (const source of sources) for (const info of await optionsOf(source, names)) nearest.set(info.option, info);
  return formatOptions.flatMap((option) => nearest.get(option) ?? []);
}

async function optionsOf(source: FormatSource, names: DisplayPaths): Promise<readonly FormatOptionInfo[]> {
  const { path, inDocument, format: stated } = source;
  const shown = await names.named(path);
  return formatTexts(stated).map(([option, text]) => ({ option, text, ...shown, ...(inDocument && { inDocument }) }));
}
