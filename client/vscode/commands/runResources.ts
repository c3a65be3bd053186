import * as vscode from 'vscode';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { type Context } from '../context.ts';
import { atPosition, documentUri, readablePath, failureText } from '../resources/treeLocations.ts';
import { offerMirrored } from '../files/mirrorOffers.ts';
import { pondName, pondUri } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { newDataText, titleOf } from '../resources/strings.ts';
import { allowAccess } from './allowAccess.ts';
import { chooseResources, choosePond, nodesOf } from './chooseResources.ts';
import { mayRun } from './trust.ts';
import { countText } from '../numberStrings.ts';
import { requestChange } from '../progress.ts';

/** Runs resources: the selected ones, the one of a document, or one that the user picks. */
export async function runResources(
  context: Context,
  ...args: readonly unknown[]
): Promise<readonly RunInfo[] | undefined> {
  if (!(await mayRun())) return undefined;
  const chosen = await QuickSteps.ask((steps) => chooseResources(context, args, 'Resource to run', steps));
  if (chosen === undefined || !(await committed(context, chosen.pond, chosen.resources))) return undefined;
  if (!(await allowAccess(context, chosen.pond, chosen.resources))) return undefined;
  return await runAndReport(context, chosen.pond, chosen.resources);
}

/** Runs all resources of a pond. */
export async function runAllResources(
  context: Context,
  ...args: readonly unknown[]
): Promise<readonly RunInfo[] | undefined> {
  if (!(await mayRun())) return undefined;
  const pond = await QuickSteps.ask((steps) => choosePond(context, args, steps));
  if (pond === undefined || !(await committed(context, pond, context.store.resources(pond)))) return undefined;
  if (!(await allowAccess(context, pond, []))) return undefined;
  return await runAndReport(context, pond, []);
}

/** Runs resources, all of the pond when there are none, and shows how it ended. */
async function runAndReport(
  context: Context,
  pond: string,
  resources: readonly ResourceInfo[],
): Promise<readonly RunInfo[]> {
  const isNew = ({ lastRun }: ResourceInfo): boolean => lastRun === null;
  const fresh = context.store.resources(pond).filter(isNew);
  const runs = await context.runner.run(pond, resources);
  reportRuns(context, pond, runs);
  await offerMirrored(context.client, pond, runs, (run) => fresh.some(({ id }) => id === run.id));
  return runs;
}

/** Cancels the runs that the selected resources are part of, or all runs in all ponds. */
export async function cancelRuns({ runner, ponds }: Context, ...args: readonly unknown[]): Promise<void> {
  const nodes = nodesOf(args).filter((node) => node.type === 'resource');
  const isCancelled =
    nodes.length > 0
      ? nodes.map(({ pond, resource }) => runner.cancel(pond, titleOf(resource)))
      : ponds.all.map((pond) => runner.cancel(pond));
  if (!isCancelled.includes(true)) void vscode.window.showInformationMessage('No resource is running.');
}

/** Offers to commit staged resources before the run. False when the user declines to run. */
async function committed(context: Context, pond: string, resources: readonly ResourceInfo[]): Promise<boolean> {
  const pending = resources.filter(({ state }) => state !== 'committed');
  if (pending.length === 0) return true;
  const setting = vscode.workspace.getConfiguration('pond.runs').get<string>('stagedDocuments');
  if (setting === 'commit') return await commitFirst(context, pond, pending);
  const isNew = pending.every(({ state }) => state === 'staged') && pending.length === resources.length;
  // The setting cannot run what no commit has.
  if (setting === 'asCommitted' && !isNew) return true;
  const what = pending.length === 1 ? pending.map(titleOf).join() : countText(pending.length, 'resource');
  const commit = 'Commit and Run';
  const run = 'Run as Committed';
  const answer = await vscode.window.showWarningMessage(
    `${what} ${pending.length === 1 ? 'is' : 'are'} staged, not committed.`,
    { modal: true, detail: 'Runs use the documents of the latest commit.' },
    ...[commit, ...(isNew ? [] : [run])],
  );
  if (answer === commit) return (await vscode.commands.executeCommand('pond.commit', pondUri(pond))) !== undefined;
  return answer === run;
}

/** Commits what is staged without a question, as the setting says; the message names the resources. */
async function commitFirst(
  { client, sourceControls }: Context,
  pond: string,
  pending: readonly ResourceInfo[],
): Promise<boolean> {
  await vscode.workspace.saveAll(false);
  await requestChange(client, 'commit', { pond, message: `Documents for a run: ${pending.map(titleOf).join(', ')}` });
  await sourceControls.refresh(pond);
  return true;
}

function reportRuns(context: Context, pond: string, runs: readonly RunInfo[]): void {
  if (runs.length === 0) {
    const text = `${pondName(pond)} has no resource that runs. "Pond: New Resource…" makes one.`;
    void vscode.window.showInformationMessage(text);
    return;
  }
  const failed = runs.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    void reportFailures(context, pond, runs, failed);
    return;
  }
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  const files = runs.reduce((sum, run) => sum + run.files, 0);
  const [first] = runs;
  const what = runs.length === 1 && first !== undefined ? first.resource : countText(runs.length, 'resource');
  const cancelled = runs.some(({ status }) => status === 'cancelled');
  const text = cancelled ? `$(circle-slash) ${what} cancelled` : `$(pass) ${what} ran: ${newDataText({ rows, files })}`;
  vscode.window.setStatusBarMessage(text, 8_000);
}

async function reportFailures(
  { store }: Context,
  pond: string,
  runs: readonly RunInfo[],
  failed: readonly RunInfo[],
): Promise<void> {
  const [first] = failed;
  if (first === undefined) return;
  const rest =
    failed.length === 1
      ? ''
      : ` ${failed.length} of ${runs.length} resources failed: ${failed.map(({ resource }) => resource).join(', ')}.`;
  const [log, open] = ['Open Log', 'Open Document'] as const;
  const message = failureText(store.resources(pond), first);
  const choice = await vscode.window.showErrorMessage(message + rest, log, open);
  if (choice === log)
    await vscode.commands.executeCommand('pond.openRunLog', { pond, titles: failed.map(({ resource }) => resource) });
  const owner = store.resources(pond).find(({ id }) => id === first.id);
  if (choice === open && owner !== undefined)
    await vscode.commands.executeCommand('vscode.open', errorLocation(store.resources(pond), pond, owner, first));
}

/** Location of a run's error: its position in the document, else the start of the document. */
function errorLocation(
  resources: readonly ResourceInfo[],
  pond: string,
  owner: ResourceInfo,
  { error }: RunInfo,
): vscode.Uri {
  const document = documentUri(pond, owner);
  const path = error?.path === undefined ? undefined : readablePath(resources, error.path);
  return path === document.path ? atPosition(document, error?.line ?? 0, error?.character ?? 0) : document;
}
