import * as vscode from 'vscode';
import { type Params } from '../../../server/src/protocol/commands.ts';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { verifiedText } from '../backupStrings.ts';
import { type Context } from '../context.ts';
import { requestWithProgress } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { titleOf } from '../resources/strings.ts';
import { choosePond, selectedResources } from './chooseResources.ts';
import { mayRun } from './trust.ts';

/** Backups of one pond. */
interface ChosenBackups {
  readonly pond: string;
  readonly backups: readonly ResourceInfo[];
}

/** Runs the Backups of a pond, and no other resource. */
export async function backUpNow(context: Context, ...args: readonly unknown[]): Promise<void> {
  const chosen = await QuickSteps.ask((steps) => chooseBackups(context, args, steps));
  if (chosen === undefined) return;
  const nodes = chosen.backups.map((resource) => ({ type: 'resource', pond: chosen.pond, resource }));
  await vscode.commands.executeCommand('pond.runResource', nodes[0], nodes);
}

/** Shares of the contents that a verification reads back. */
const shares = [
  { label: 'All Objects', description: 'presence and size of each, content of 5%', share: 0.05 },
  { label: 'All Contents', description: 'reads everything back from the store', share: 1 },
] as const;

/** Compares the copy of a Backup with the pond, and reports what is missing or altered. */
export async function verifyBackup(context: Context, ...args: readonly unknown[]): Promise<void> {
  if (!(await mayRun())) return;
  const copy = await QuickSteps.ask((steps) => chooseCopy(context, args, steps));
  if (copy !== undefined) await verifyCopy(context, copy);
}

/** The Backup to verify, and the share of its contents; undefined when the user picks none. */
async function chooseCopy(
  context: Context,
  args: readonly unknown[],
  steps: QuickSteps,
): Promise<Params<'backupVerify'> | undefined> {
  const chosen = await chooseBackups(context, args, steps);
  const backup = chosen === undefined ? undefined : await pickOne(chosen.backups, steps);
  if (chosen === undefined || backup === undefined) return undefined;
  const picked = await steps.choose(shares, { title: `Verify ${titleOf(backup)}` });
  return picked && { pond: chosen.pond, name: titleOf(backup), share: picked.share };
}

/** Verifies a copy, or repairs it, and reports what is damaged; a repair is offered once. */
async function verifyCopy(context: Context, params: Params<'backupVerify'>): Promise<void> {
  const { pond, name, repair = false } = params;
  const info = await requestWithProgress(
    context.client,
    `${repair ? 'Repairing' : 'Verifying'} ${name}`,
    'backupVerify',
    params,
  );
  await context.store.refresh(pond);
  if (info.problems.length === 0) {
    void vscode.window.showInformationMessage(verifiedText(info));
    return;
  }
  const [show, mend] = ['Show Problems', 'Repair'] as const;
  const choice = await vscode.window.showErrorMessage(verifiedText(info), show, ...(repair ? [] : [mend]));
  if (choice === mend) return await verifyCopy(context, { ...params, repair: true });
  if (choice !== show) return;
  const content = `${verifiedText(info)}\n\n${info.problems.join('\n')}\n`;
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content }));
}

/** The Backups among the selected resources, else all of a pond; shows a message for a pond without Backups. */
async function chooseBackups(
  context: Context,
  args: readonly unknown[],
  steps: QuickSteps,
): Promise<ChosenBackups | undefined> {
  const selected = selectedResources(context, args);
  const among = selected?.resources.filter(isBackup) ?? [];
  if (selected !== undefined && among.length > 0) return { pond: selected.pond, backups: among };
  const pond = await choosePond(context, args, steps);
  if (pond === undefined) return undefined;
  const backups = context.store.resources(pond).filter(isBackup);
  if (backups.length > 0) return { pond, backups };
  void vscode.window.showInformationMessage('The pond has no Backup resource. "Pond: New Resource" makes one.');
  return undefined;
}

/** Only a Backup has a state of its copy. */
const isBackup = ({ backup }: ResourceInfo): boolean => backup !== null;

async function pickOne(backups: readonly ResourceInfo[], steps: QuickSteps): Promise<ResourceInfo | undefined> {
  const items = backups.map((backup) => ({ label: titleOf(backup), description: backup.backup ?? '', backup }));
  if (items.length === 1) return items[0]?.backup;
  return (await steps.choose(items, { placeholder: 'Backup to verify' }))?.backup;
}
