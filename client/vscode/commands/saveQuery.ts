import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parsePondUri, pondName, pondUri } from '../pondUri.ts';
import { queryFileName } from '../queries/queryStrings.ts';
import { QuickSteps } from '../quickSteps.ts';

/** Folder of a pond in which queries are saved by default. */
const folder = '/queries';

/**
 * Saves the active query document in its pond, at a path that the user confirms, and goes on with the file in its place.
 * A document of a pond is saved where it is. Returns the file; undefined when the user cancels.
 */
export async function saveQuery({ activeQuery, ponds, queries }: Context): Promise<vscode.Uri | undefined> {
  const editor = activeQuery.require();
  if (editor === undefined) return undefined;
  const { document } = editor;
  if (parsePondUri(document.uri) !== undefined) {
    await document.save();
    return document.uri;
  }
  const place = await QuickSteps.ask(async (steps) => {
    const pond = queries.pondOfDocument(document) ?? (await ponds.choose(steps));
    const path = pond === undefined ? undefined : await askPath(pond, document.getText(), steps);
    return pond === undefined || path === undefined ? undefined : { pond, path };
  });
  if (place === undefined || !(await mayWrite(place))) return undefined;
  const file = pondUri(place.pond, place.path);
  await vscode.workspace.fs.writeFile(file, Buffer.from(document.getText()));
  queries.moved(document.uri, file);
  await replaceEditor(editor, file);
  return file;
}

interface QueryFile {
  readonly pond: string;
  readonly path: string;
}

/** Asks for the path of a file. */
async function askPath(pond: string, text: string, steps: QuickSteps): Promise<string | undefined> {
  const proposed = await freePath(pond, `${folder}/${queryFileName(text)}`);
  const typed = await steps.type({
    title: `Save Query in ${pondName(pond)}`,
    prompt: 'Path of the query in the pond',
    value: proposed,
    valueSelection: [folder.length + 1, proposed.length - '.pondsql'.length],
    validate: (path) => (/^\/.*[^/]$/.test(path) ? undefined : 'A path begins with / and ends with a name.'),
  });
  return typed === undefined || typed.endsWith('.pondsql') ? typed : `${typed}.pondsql`;
}

/** True for a new file; a file that is there is replaced after a question. */
async function mayWrite({ pond, path }: QueryFile): Promise<boolean> {
  if (!(await exists(pondUri(pond, path)))) return true;
  const replace = 'Replace';
  const question = `${path} is already in ${pondName(pond)}. Replace it?`;
  const detail = 'The version of the latest commit stays in the history.';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, replace)) === replace;
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
  const place = { preview: false, ...(viewColumn === undefined ? {} : { viewColumn }) };
  if (document.isUntitled) {
    // The result of the query may be active instead, which would be closed.
    await vscode.window.showTextDocument(document, place);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.window.showTextDocument(file, { ...place, selection });
}
