import * as vscode from 'vscode';
import { type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { type Context } from '../context.ts';
import { type HistoryNode } from '../history/nodes.ts';
import { errorData } from '../errors.ts';
import { pickCommit } from '../history/versions.ts';
import { pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { requestChange } from '../progress.ts';

type Node = HistoryNode | undefined;

/** Names a commit: the one of a row of the History view, else one that the user picks. */
export async function tagVersion({ client, ponds, history }: Context, node: Node): Promise<void> {
  const asked = await QuickSteps.ask(async (steps) => {
    const pond = node?.pond ?? (await ponds.choose(steps));
    if (pond === undefined) return undefined;
    const commit = node?.type === 'commit' ? node.commit : await pickCommit(client, pond, whichCommit, steps);
    const name = commit && (await askName(pond, commit, steps));
    return commit === undefined || name === undefined ? undefined : { pond, commit, name };
  });
  if (asked === undefined) return;
  const { pond, commit, name } = asked;
  const request = { pond, name, at: String(commit.number) };
  try {
    await requestChange(client, 'setTag', request);
  } catch (error) {
    if (errorData(error)?.code !== 'already-exists' || !(await mayMove(request.name, commit.number))) throw error;
    await requestChange(client, 'setTag', { ...request, force: true });
  }
  await history.reload(pond);
  vscode.window.setStatusBarMessage(`Commit ${commit.number} is tagged ${request.name}`, 5_000);
}

const whichCommit = { placeholder: 'Tag which commit?' };

async function askName(pond: string, commit: CommitInfo, steps: QuickSteps): Promise<string | undefined> {
  const name = await steps.type({
    title: `Tag Commit ${commit.number} of ${pondName(pond)}`,
    prompt: 'A name that begins with a letter, with letters, digits, dots, - and _',
    placeholder: 'report-2026',
    validate: (text) => (text.trim() === '' ? 'A tag needs a name.' : undefined),
  });
  return name?.trim();
}

async function mayMove(name: string, number: number): Promise<boolean> {
  const move = 'Move Tag';
  const detail = `It is taken from its commit and given to commit ${number}.`;
  return (
    (await vscode.window.showWarningMessage(`There is a tag ${name} already.`, { modal: true, detail }, move)) === move
  );
}

/** Deletes a tag of the commit of a row, else one that the user picks. */
export async function deleteTag({ client, ponds, history }: Context, node: Node): Promise<void> {
  const tag = await QuickSteps.ask(async (steps) => {
    const pond = node?.pond ?? (await ponds.choose(steps));
    const name = pond === undefined ? undefined : await pickTag(client, pond, node, steps);
    return pond === undefined || name === undefined ? undefined : { pond, name };
  });
  if (tag === undefined) return;
  await requestChange(client, 'deleteTag', tag);
  await history.reload(tag.pond);
}

/** The tag that the user picks, of the commit of a row if it is given; undefined for none. */
async function pickTag(
  client: Context['client'],
  pond: string,
  node: Node,
  steps: QuickSteps,
): Promise<string | undefined> {
  const number = node?.type === 'commit' ? node.commit.number : undefined;
  const tags = (await client.request('tags', { pond })).filter(
    ({ commit }) => (number ?? commit.number) === commit.number,
  );
  if (tags.length === 0) {
    void vscode.window.showInformationMessage(
      number === undefined ? 'The pond has no tags.' : `Commit ${number} has no tag.`,
    );
    return undefined;
  }
  const items = tags.map(({ name, commit }) => ({
    label: name,
    description: `commit ${commit.number}`,
    detail: commit.message,
  }));
  return (await steps.choose(items, { placeholder: 'Delete which tag?' }))?.label;
}
