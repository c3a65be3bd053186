import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parsePondUri, pondName, pondUri } from '../pondUri.ts';
import { queryLanguage } from '../queries/queryDocuments.ts';
import { queryFileName } from '../queries/queryStrings.ts';

/** Folder of a pond in which queries are saved by default. */
const folder = '/queries';

/**
 * Saves the active query document in its pond, at a path that the user confirms, and goes on with the file in its place.
 * A document of a pond is saved where it is. Returns the file; undefined when the user cancels.
 */
export async function saveQuery({ ponds, queries }: Context): Promise<vscode.Uri | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== queryLanguage) {
    void vscode.window.showInformationMessage('Open a query document first: run "Pond: New Query".');
    return undefined;
  }
  const { document } = editor;
  if (parsePondUri(document.uri) !== undefined) {
    await document.save();
    return document.uri;
  }
  const pond = queries.pondOfDocument(document) ?? (await ponds.choose());
  if (pond === undefined) return undefined;
  const file = await askPath(pond, document.getText());
  if (file === undefined) return undefined;
  await vscode.workspace.fs.writeFile(file, Buffer.from(document.getText()));
  queries.moved(document.uri, file);
  await replaceEditor(editor, file);
  return file;
}

/** Asks for the path of a new file; a file that is there is replaced after a question. */
async function askPath(pond: string, text: string): Promise<vscode.Uri | undefined> {
  const proposed = await freePath(pond, `${folder}/${queryFileName(text)}`);
  const typed = await vscode.window.showInputBox({
    title: `Save Query in ${pondName(pond)}`,
    prompt: 'Path of the query in the pond',
    value: proposed,
    valueSelection: [folder.length + 1, proposed.length - '.pondsql'.length],
    ignoreFocusOut: true,
    validateInput: (path) => (/^\/.*[^/]$/.test(path) ? undefined : 'A path begins with / and ends with a name.'),
  });
  if (typed === undefined) return undefined;
  const file = pondUri(pond, typed.endsWith('.pondsql') ? typed : `${typed}.pondsql`);
  if (!(await exists(file))) return file;
  const replace = 'Replace';
  const question = `${file.path} is already in ${pondName(pond)}. Replace it?`;
  const detail = 'The version of the latest commit stays in the history.';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, replace)) === replace
    ? file
    : undefined;
}

/** The path, or with a number before its ending where it is taken. */
async function freePath(pond: string, path: string): Promise<string> {
  let free = path;
  for (let number = 2; await exists(pondUri(pond, free)); number++) free = path.replace(/\.pondsql$/, `-${number}$&`);
  return free;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return await Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
      throw error;
    },
  );
}

/** Shows the file where the document without a file was, with its selection. */
async function replaceEditor({ document, selection, viewColumn }: vscode.TextEditor, file: vscode.Uri): Promise<void> {
  if (document.isUntitled) await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.window.showTextDocument(file, {
    selection,
    preview: false,
    ...(viewColumn === undefined ? {} : { viewColumn }),
  });
}
