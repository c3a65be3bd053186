/** Edits of tables that an earlier window left: where they are, and how they come back. */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { type DraftDisk, type DraftSlot } from './draftFile.ts';
import { errorMessage } from '../errors.ts';
import { type TableDocument } from './tableDocument.ts';
import { parsePondUri } from '../pondUri.ts';

/** Folder of the drafts of an editor in the present workspace. */
export function draftFolder(extension: vscode.ExtensionContext, editor: string): vscode.Uri {
  return vscode.Uri.joinPath(extension.storageUri ?? extension.globalStorageUri, 'drafts', editor);
}

/** The files of the draft of a document in a folder. */
export function draftDisk(folder: vscode.Uri, document: vscode.Uri): DraftDisk {
  const name = createHash('sha256').update(document.toString()).digest('hex').slice(0, 32);
  const file = (slot: DraftSlot): vscode.Uri => vscode.Uri.joinPath(folder, `${name}-${slot}.json`);
  const { fs } = vscode.workspace;
  return {
    read: (slot) => orMissing(fs.readFile(file(slot))),
    write: async (slot, bytes) => await fs.writeFile(file(slot), bytes),
    remove: async (slot) => {
      await orMissing(fs.delete(file(slot)));
    },
  };
}

/**
 * Restores the edits of an earlier window, if there are any. A desktop window that VS Code closed after "Don't Save" leaves
 * them too, so there the user is asked when VS Code does not ask for them itself (`isWanted`). In a browser it may have
 * forgotten them: a page that is closed cannot save its state.
 */
export async function restoreDraft(document: TableDocument, isWanted: boolean): Promise<void> {
  const name = parsePondUri(document.uri)?.path ?? document.uri.path;
  const draft = await document.file.read().catch((error: unknown) => {
    void vscode.window.showErrorMessage(`The unsaved edits of ${name} cannot be restored: ${errorMessage(error)}.`);
    return undefined;
  });
  if (draft === undefined) return;
  if (isWanted || vscode.env.uiKind === vscode.UIKind.Web) return document.restore(draft);
  const [restore, drop] = ['Restore', 'Drop'];
  const question = `${name} has edits of an earlier window that were not saved.`;
  void vscode.window.showInformationMessage(question, restore, drop).then(async (answer) => {
    if (document.base !== undefined) return;
    if (answer === restore) document.restoreNow(draft);
    else if (answer === drop) await document.file.sync();
  });
}

async function orMissing<T>(work: Thenable<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}
