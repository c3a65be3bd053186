import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { type HistoryNode } from '../history/nodes.ts';
import { errorData } from '../errors.ts';
import { pickCommit } from '../history/versions.ts';

type Node = HistoryNode | undefined;

/** Names a commit: the one of a row of the History view, else one that the user picks. */
export async function tagVersion({ client, ponds, history }: Context, node: Node): Promise<void> {
  const pond = node?.pond ?? (await ponds.choose());
  if (pond === undefined) return;
  const commit =
    node?.type === 'commit' ? node.commit : await pickCommit(client, pond, { placeHolder: 'Tag which commit?' });
  if (commit === undefined) return;
  const name = await vscode.window.showInputBox({
    title: `Tag Commit ${commit.number}`,
    prompt: 'A name that begins with a letter, with letters, digits, dots, - and _',
    placeHolder: 'report-2026',
    validateInput: (text) => (text.trim() === '' ? 'A tag needs a name.' : undefined),
  });
  if (name === undefined) return;
  const request = { pond, name: name.trim(), at: String(commit.number) };
  try {
    await client.request('setTag', request);
  } catch (error) {
    if (errorData(error)?.code !== 'already-exists' || !(await mayMove(request.name, commit.number))) throw error;
    await client.request('setTag', { ...request, force: true });
  }
  await history.reload(pond);
  vscode.window.setStatusBarMessage(`Commit ${commit.number} is tagged ${request.name}`, 5_000);
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
  const pond = node?.pond ?? (await ponds.choose());
  if (pond === undefined) return;
  const number = node?.type === 'commit' ? node.commit.number : undefined;
  const tags = (await client.request('tags', { pond })).filter(
    ({ commit }) => (number ?? commit.number) === commit.number,
  );
  if (tags.length === 0) {
    void vscode.window.showInformationMessage(
      number === undefined ? 'The pond has no tags.' : `Commit ${number} has no tag.`,
    );
    return;
  }
  const items = tags.map(({ name, commit }) => ({
    label: name,
    description: `commit ${commit.number}`,
    detail: commit.message,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Delete which tag?' });
  if (picked === undefined) return;
  await client.request('deleteTag', { pond, name: picked.label });
  await history.reload(pond);
}
