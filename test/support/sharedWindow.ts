/**
 * A window that shows the ponds of one flow after the other. A load of a window takes 8 s of processor time, and to
 * replace its folders less than 2 s.
 * - Its first folder is empty and stays, since VS Code restarts all extensions when the first folder changes.
 * - Between two flows it shows nothing else. A flow fails that leaves something of its pond in the window.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errors, type Locator, type Page } from 'playwright-core';
import { type Window, type Workbench } from './workbench.ts';
import { runCommand } from './workbenchPerson.ts';
import { writeWorkspace, type Workspace } from './workspaceFile.ts';

const emptyFolder = { path: 'empty' };

/** Opens a window that shows an empty folder. Its files are in `home`, which its caller removes. */
export async function openSharedWindow(workbench: Workbench, home: string): Promise<Window> {
  await mkdir(join(home, emptyFolder.path));
  const workspace = join(home, 'test.code-workspace');
  await writeWorkspace(workspace, { folders: [emptyFolder] });
  return workbench.open({ workspace });
}

/** Shows the folders of a flow after the empty one. */
export async function showFolders({ page, workspace }: Window, { folders, settings }: Workspace): Promise<void> {
  await writeWorkspace(workspace, { folders: [emptyFolder, ...folders], settings });
  await roots(page).nth(folders.length).waitFor();
}

/** Timeout for VS Code's own explorer, which follows at once or never. */
const explorerMs = 10_000;

/**
 * Closes all tabs, and shows the empty folder alone. Throws if something of a pond is still shown. Returns false if only
 * VS Code's explorer still shows its folder: the window cannot be used again. When a window is loaded, the explorer is
 * filled a second time as soon as the file system of ponds is there; if its focused row has gone meanwhile, that fails
 * with "Tree element not found", and the explorer shows no other folders until the next load.
 */
export async function removeFolders({ page, workspace }: Window): Promise<boolean> {
  await closeEditors(page);
  await runCommand(page, 'Notifications: Clear All Notifications');
  await writeWorkspace(workspace, { folders: [emptyFolder] });
  await checkEmpty(page);
  await page.keyboard.press('Control+Shift+E');
  await roots(page).filter({ hasText: emptyFolder.path }).waitFor();
  const followed = roots(page).nth(1).waitFor({ state: 'detached', timeout: explorerMs });
  return followed.then(
    () => true,
    (error: unknown) => {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    },
  );
}

/** The folders in the explorer. */
function roots(page: Page): Locator {
  return page.locator('.explorer-folders-view .monaco-list-row[aria-level="1"]');
}

/** Checks that a window without ponds shows nothing of those that it had. */
async function checkEmpty(page: Page): Promise<void> {
  await page.locator('.statusbar-item[id$="pond.status"]').waitFor({ state: 'detached' });
  await runCommand(page, 'View: Show Pond');
  const search = page.locator('.pane:has(.pane-header[aria-label^="Search"])');
  await search.waitFor();
  await search.getByText('searched.').waitFor({ state: 'detached' });
  await page.locator('.part.sidebar .monaco-list-row').first().waitFor({ state: 'detached' });
}

/** Closes all tabs, and drops what is not saved in them. */
async function closeEditors(page: Page): Promise<void> {
  // A list or a menu that a flow left open.
  await page.keyboard.press('Escape');
  await runCommand(page, 'View: Close All Editors');
  const drop = page.locator('.monaco-dialog-box').getByRole('button', { name: "Don't Save" });
  const closed = page.locator('.editor-group-container.empty');
  await drop.or(closed).first().waitFor();
  if (await drop.isVisible()) await drop.click();
  await closed.first().waitFor();
}
