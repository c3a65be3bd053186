import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { type Result } from '../../../server/src/protocol/commands.ts';
import { type AppliedInfo, type ProblemInfo } from '../../../server/src/protocol/resources.ts';
import { printable } from '../../../server/src/base/printable.ts';
import { type Context } from '../context.ts';
import { parsePondUri, pondName, pondUri } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { documentUri } from '../resources/treeLocations.ts';
import { titleOf } from '../resources/strings.ts';
import { missingVariables } from '../resources/variables.ts';
import { mayRun } from './trust.ts';
import { countText } from '../numberStrings.ts';
import { requestChange } from '../progress.ts';

/**
 * Stages the resources that a YAML document declares: the document at `target`, else the active one. Returns the
 * outcome for each resource.
 */
export async function applyResource(context: Context, target?: unknown): Promise<readonly AppliedInfo[] | undefined> {
  if (!(await mayRun())) return undefined;
  const document = await documentOf(target);
  if (document === undefined) return undefined;
  const location = parsePondUri(document.uri);
  const stored = location === undefined ? undefined : context.store.at(location.pond, location.path);
  if (stored !== undefined) {
    await document.save();
    void vscode.window.showInformationMessage(
      `${titleOf(stored)} is staged each time you save it. To make the change live, run "Pond: Commit".`,
    );
    return undefined;
  }
  const outcome = await QuickSteps.ask(async (steps) => {
    const pond = await context.ponds.choose(steps, document.uri);
    const result = pond === undefined ? undefined : await apply(context, { pond, document }, steps);
    return pond === undefined || result === undefined ? undefined : { pond, result };
  });
  if (outcome === undefined) return undefined;
  const { pond, result } = outcome;
  context.applyProblems.set(document.uri, result.problems);
  void context.queryProblems.check(document);
  if (result.applied.length === 0) await reportProblems(document, result.problems);
  else void reportApplied(pond, result.applied);
  await context.store.refresh(pond);
  return result.applied;
}

/** The document to apply: the one at a URI, the active one when it is YAML, or one that the user picks. */
async function documentOf(target: unknown): Promise<vscode.TextDocument | undefined> {
  const active = openDocument(activeUri());
  if (!(target instanceof vscode.Uri) && active?.languageId === 'yaml') return active;
  const uri = target instanceof vscode.Uri ? target : (await pickFile())?.[0];
  return uri === undefined ? undefined : vscode.workspace.openTextDocument(uri);
}

function openDocument(uri: vscode.Uri | undefined): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri?.toString());
}

function pickFile(): Thenable<vscode.Uri[] | undefined> {
  const filters = { YAML: ['yaml', 'yml'] };
  return vscode.window.showOpenDialog({ title: 'Document to apply', openLabel: 'Apply', filters });
}

/** Applies a document; prompts for missing variables, repeatedly when that reveals more of them. */
async function apply(
  { client }: Context,
  { pond, document }: { readonly pond: string; readonly document: vscode.TextDocument },
  steps: QuickSteps,
): Promise<Result<'apply'> | undefined> {
  const sources = [{ text: document.getText(), origin: originOf(document.uri) }];
  const directory = directoryOf(document.uri, pond);
  let variables: Readonly<Record<string, string>> = {};
  for (;;) {
    const result = await requestChange(client, 'apply', { pond, sources, directory, variables }, steps.token);
    const missing = missingVariables(document.getText(), result.problems).filter((name) => !(name in variables));
    if (missing.length === 0) return result;
    const values = await askValues(document, missing, steps);
    if (values === undefined) return undefined;
    variables = { ...variables, ...values };
  }
}

/** Values of variables by their names; undefined when the user cancels. */
async function askValues(
  document: vscode.TextDocument,
  names: readonly string[],
  steps: QuickSteps,
): Promise<Readonly<Record<string, string>> | undefined> {
  const values: [string, string][] = [];
  for (const name of names) {
    const value = await steps.type({
      title: `Apply ${vscode.workspace.asRelativePath(document.uri)}`,
      prompt: `Value of the variable "${name}"`,
    });
    if (value === undefined) return undefined;
    values.push([name, value]);
  }
  return Object.fromEntries(values);
}

function originOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.path;
}

/** Host folder against which file names in the document are resolved. */
function directoryOf(uri: vscode.Uri, pond: string): string {
  if (uri.scheme === 'file') return dirname(uri.fsPath);
  const folder = vscode.workspace.workspaceFolders?.find((one) => one.uri.scheme === 'file');
  return folder?.uri.fsPath ?? dirname(pond);
}

async function reportProblems(document: vscode.TextDocument, problems: readonly ProblemInfo[]): Promise<void> {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const rest = errors.length === 1 ? '' : ` (and ${countText(errors.length - 1, 'other problem')})`;
  const editor = await vscode.window.showTextDocument(document);
  const at = new vscode.Position(first.line, first.character);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at));
  const next = first.hint === undefined ? '' : ` ${first.hint}`;
  void vscode.window.showErrorMessage(`Nothing was applied: ${first.message}${rest}.${next}`);
}

async function reportApplied(pond: string, applied: readonly AppliedInfo[]): Promise<void> {
  const changed = applied.filter(({ outcome }) => outcome !== 'unchanged');
  const [first] = changed;
  if (first === undefined) {
    void vscode.window.showInformationMessage(`${applied.map(titleOf).join(', ')}: nothing changed.`);
    return;
  }
  const [commit, open] = ['Commit', 'Open Document'] as const;
  const what = changed.map((one) => `${titleOf(one)} ${one.outcome}`).join(', ');
  const files = [...new Set(applied.flatMap(({ hostFiles }) => hostFiles))];
  const from = files.length === 0 ? '' : ` It takes in ${files.join(', ')}.`;
  const allowed = [...new Set(applied.flatMap(({ allows }) => allows))];
  const runs = allowed.length === 0 ? '' : ` Allowed on this computer: ${allowed.join(', ')}.`;
  const choice = await vscode.window.showInformationMessage(
    printable(`Staged in ${pondName(pond)}: ${what}.${from}${runs}`),
    commit,
    open,
  );
  if (choice === commit) await vscode.commands.executeCommand('pond.commit', pondUri(pond));
  if (choice === open) await vscode.commands.executeCommand('vscode.open', documentUri(pond, first));
}
