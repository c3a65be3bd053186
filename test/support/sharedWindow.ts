/**
 * A window that shows the ponds of one flow after the other. A load of a window takes 11 s of processor time, a change of its
 * folders less than one.
 * - Its first folder is empty and stays, since VS Code restarts all extensions when the first folder changes.
 * - Between two flows it shows nothing else, so that no flow takes what is left of an earlier pond for its own.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { type Window, type Workbench } from './workbench.ts';
import { runCommand } from './workbenchPerson.ts';
import { writeWorkspace, type Workspace } from './workspaceFile.ts';

const emptyFolder = { path: 'empty' };

/** A window without ponds. */
export interface SharedWindow {
  readonly window: Window;
  /** The host folder of its workspace. */
  readonly home: string;
}

/** Opens a window that shows an empty folder. */
export async function openSharedWindow(workbench: Workbench): Promise<SharedWindow> {
  const home = await mkdtemp(join(tmpdir(), 'pond-shared-window-'));
  await mkdir(join(home, emptyFolder.path));
  const workspace = join(home, 'test.code-workspace');
  await writeWorkspace(workspace, { folders: [emptyFolder] });
  return { window: await workbench.open({ workspace }), home };
}

/** Shows the folders of a flow, once the window has forgotten those of the flow before. */
export async function showInShared({ page, workspace }: Window, { folders, settings }: Workspace): Promise<void> {
  await closeEditors(page);
  await runCommand(page, 'Notifications: Clear All Notifications');
  await page.keyboard.press('Control+Shift+E');
  const roots = page.locator('.explorer-folders-view .monaco-list-row[aria-level="1"]');
  await writeWorkspace(workspace, { folders: [emptyFolder] });
  await roots.filter({ hasText: emptyFolder.path }).waitFor();
  await roots.nth(1).waitFor({ state: 'detached' });
  await checkEmpty(page);
  await page.keyboard.press('Control+Shift+E');
  await writeWorkspace(workspace, { folders: [emptyFolder, ...folders], settings });
  await roots.nth(folders.length).waitFor();
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
