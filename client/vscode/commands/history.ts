import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { type LogFilters } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, sourceControlRoot, type Context } from '../context.ts';
import { showCommit } from '../sourceControl/diffEditor.ts';
import { type HistoryFilters, type HistoryNode } from '../history/nodes.ts';
import { parsePondUri } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { derivedContentAt } from '../resources/derivedContent.ts';

type Node = HistoryNode | undefined;

/** Shows the commits of a pond, or of the selected path or the active document, in the History view. */
export async function showHistory({ client, ponds, history }: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedPaths(args) ?? ofVersion(args[0]);
  const root = sourceControlRoot(args);
  const pond = selected?.pond ?? (await QuickSteps.ask((steps) => ponds.choose(steps, root)));
  if (pond === undefined) return;
  const path = selected?.paths[0];
  if (path === undefined || path === '/') return await history.filter(pond, {});
  // Derived content is never committed: its resource is.
  const derived = await derivedContentAt(client, pond, path);
  await history.filter(pond, { path: derived?.resourceDirectory ?? path });
}

/** The path of a document that shows an earlier version. */
function ofVersion(arg: unknown): ReturnType<typeof selectedPaths> {
  const location = arg instanceof vscode.Uri ? parsePondUri(arg) : undefined;
  return location && { pond: location.pond, paths: [location.path] };
}

const fields = [
  {
    key: 'path',
    label: 'Path…',
    detail: 'Commits that changed a file, or something in a directory',
    example: '/weather',
  },
  { key: 'author', label: 'Author…', detail: 'A part of the name, in any case', example: 'maria' },
  { key: 'message', label: 'Message…', detail: 'A text in the message, in any case', example: 'calibration' },
  { key: 'since', label: 'Since…', detail: 'A time, date, tag or commit number', example: '2026-03-01' },
  { key: 'until', label: 'Until…', detail: 'A time, date, tag or commit number', example: '2026-04-01' },
] as const satisfies readonly { readonly key: keyof LogFilters | 'path'; readonly [other: string]: string }[];

/** Asks for one filter of the History view, and adds it to those that are set. */
export async function filterHistory({ ponds, history }: Context, node: Node): Promise<void> {
  const asked = await QuickSteps.ask(async (steps) => {
    const pond = node?.pond ?? (await ponds.choose(steps));
    const filters = pond === undefined ? undefined : await askFilter(steps, pond, history.filters(pond));
    return pond === undefined || filters === undefined ? undefined : { pond, filters };
  });
  if (asked !== undefined) await history.filter(asked.pond, asked.filters);
}

/** The filters with one that the user picks and types; undefined when the user cancels. */
async function askFilter(
  steps: QuickSteps,
  pond: string,
  filters: HistoryFilters,
): Promise<HistoryFilters | undefined> {
  const items = fields.map((field) => ({ ...field, description: filters[field.key] ?? '' }));
  const field = await steps.choose(items, { placeholder: 'Filter the history by', matchOnDetail: true });
  if (field === undefined) return undefined;
  const value = await steps.type({
    prompt: `${field.detail}; empty for all`,
    placeholder: field.example,
    value: filters[field.key] ?? activePath(pond, field.key),
  });
  if (value === undefined) return undefined;
  const { [field.key]: _, ...others } = filters;
  return value.trim() === '' ? others : { ...others, [field.key]: value.trim() };
}

/** The path of the active document, as a suggestion. */
function activePath(pond: string, key: string): string {
  const uri = activeUri();
  const location = uri === undefined ? undefined : parsePondUri(uri);
  return key === 'path' && location?.pond === pond ? location.path : '';
}

/** Removes all filters of the History view. */
export async function clearHistoryFilters({ ponds, history }: Context, node: Node): Promise<void> {
  const all = node === undefined ? ponds.all : [node.pond];
  for (const pond of all) await history.filter(pond, {});
}

/** Leaves out the commits of runs, or shows them again. */
export const setHistoryRuns =
  (shown: boolean) =>
  async ({ ponds, history }: Context): Promise<void> => {
    for (const pond of ponds.all) {
      const { noRuns: _, ...others } = history.filters(pond);
      const filters: HistoryFilters = shown ? others : { ...others, noRuns: true };
      await history.filter(pond, filters);
    }
  };

/** Loads older commits into the History view. */
export async function showMoreHistory({ history }: Context, node: Node): Promise<void> {
  if (node !== undefined) await history.showMore(node.pond);
}

/** Loads the commits of all ponds again. */
export async function refreshHistory({ ponds, history }: Context): Promise<void> {
  for (const pond of ponds.all) await history.reload(pond);
}

/** Shows all changes of a commit in one editor. */
export async function openCommit({ client }: Context, node: Node): Promise<void> {
  if (node?.type !== 'commit') return;
  await showCommit(client, node.pond, node.commit);
}

/** Copies the number of a commit, which is accepted wherever a version is. */
export async function copyCommitNumber(_: Context, node: Node): Promise<void> {
  if (node?.type === 'commit') await vscode.env.clipboard.writeText(String(node.commit.number));
}
