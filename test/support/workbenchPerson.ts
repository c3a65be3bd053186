/** Actions of a user in a window of VS Code, with the keyboard. */
import { type FrameLocator, type Locator, type Page } from 'playwright-core';
import { type Window } from './workbench.ts';
import { changeSettings } from './workspaceFile.ts';

/** Runs a command from the palette by its visible title. */
export async function runCommand(page: Page, title: string): Promise<void> {
  // The row that the palette offers first: until it has filtered its list, it is not the one with the title.
  const row = page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: title });
  // A window that takes the focus while it starts may close the palette; a user then opens it again. A click has its row
  // or fails, whereas a key would go to what has the focus instead.
  const isChosen = (): Promise<boolean> => succeeds(row.click({ timeout: paletteMs }));
  await openPalette(page, title);
  if (!(await isChosen())) {
    const openAgain = async (): Promise<void> => {
      await page.keyboard.press('Escape');
      await openPalette(page, title);
    };
    await repeatUntil(openAgain, isChosen, `the palette has ${title}`);
  }
  await page.waitForFunction(paletteGone);
  // Under a mouse that rests where the row was, the next list would cover its rows with a tooltip.
  await page.mouse.move(0, 0);
}

/** Runs a command, and repeats it until its result is shown. */
export async function runCommandUntil(page: Page, title: string, shown: Locator): Promise<void> {
  await repeatUntil(
    () => runCommand(page, title),
    () => isShown(shown),
    `${title} shows its result`,
  );
}

/** A notification with a text, once it is in the list of them, which is opened: not each one also shows up by itself. */
export async function notified(page: Page, text: string): Promise<Locator> {
  const shown = page.locator('.notifications-center .notification-list-item').filter({ hasText: text }).first();
  await runCommandUntil(page, 'Notifications: Show Notifications', shown);
  return shown;
}

/** Timeout for what is repeated. */
const repeatedMs = 120_000;

/** Does something as often as a user has to, until it had its effect. Throws when it has none within two minutes. */
export async function repeatUntil(
  act: () => Promise<unknown>,
  hadEffect: () => Promise<boolean>,
  effect: string,
): Promise<void> {
  const end = performance.now() + repeatedMs;
  do {
    if (performance.now() > end) throw new Error(`still wrong after ${repeatedMs / 1000} s: ${effect}`);
    await act();
  } while (!(await hadEffect()));
}

const paletteMs = 8000;

/** The row of an open list of VS Code that contains a text. */
export function listRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
}

/**
 * Picks the first row of a list that contains a text, and waits until the list is gone, or is another one. VS Code draws a
 * list more than once while it opens, and a click between mouse down and up of which its row is replaced has no effect: a
 * user, who sees that the list is still there, clicks again.
 */
export async function pick(page: Page, text: string | RegExp): Promise<void> {
  const row = listRow(page, text).first();
  await row.waitFor();
  await repeatUntil(
    () => succeeds(row.click({ timeout: menuMs })),
    () => succeeds(row.waitFor({ state: 'hidden', timeout: paletteMs })),
    `${String(text)} is picked`,
  );
}

/** True once it is there; false when it does not come within eight seconds. */
export async function isShown(row: Locator): Promise<boolean> {
  return await succeeds(row.waitFor({ timeout: paletteMs }));
}

function succeeds(action: Promise<void>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}

/** True in the page when the palette is gone, even if the command opened a list of its own in its place. */
const paletteGone = `(() => {
  const widget = document.querySelector('.quick-input-widget');
  const input = widget?.querySelector('input[type=text]');
  return !widget || getComputedStyle(widget).display === 'none' || !input || !input.value.startsWith('>');
})()`;

/** The commands that the palette offers for a text. */
export async function paletteTitles(page: Page, text: string): Promise<readonly string[]> {
  await openPalette(page, text);
  const rows = page.locator('.quick-input-list .monaco-list-row');
  // Until the palette has filtered its list, the first row is another.
  await rows.first().filter({ hasText: text }).waitFor();
  const titles = new Map<number, string>();
  for (let focused = 1; ;) {
    for (const row of await rows.all()) {
      titles.set(Number(await row.getAttribute('aria-posinset')), await row.locator('.label-name').innerText());
    }
    if (titles.size >= Number(await rows.first().getAttribute('aria-setsize'))) break;
    // The list has only the rows that fit.
    const next = Math.max(...titles.keys()) + 1;
    for (; focused < next; focused += 1) await page.keyboard.press('ArrowDown');
    await page.locator(`.quick-input-list .monaco-list-row[aria-posinset="${next}"]`).waitFor();
  }
  await page.keyboard.press('Escape');
  return [...titles.values()];
}

/** Accepts what is checked in a list. As in `pick`, a user clicks again while the list is still there. */
export async function acceptChecked(page: Page): Promise<void> {
  const button = page.locator('.quick-input-widget').getByRole('button', { name: 'OK' });
  await repeatUntil(
    () => succeeds(button.click({ timeout: menuMs })),
    () => succeeds(button.waitFor({ state: 'hidden', timeout: paletteMs })),
    'the checked rows are accepted',
  );
}

/** The row of the explorer with this name. */
export function explorerRow(page: Page, name: string): Locator {
  return page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`);
}

const menuMs = 5000;

/**
 * Chooses an item of the menu of a row. A menu ignores a click that follows too soon the one by which it was opened, and
 * a row that is drawn again closes its menu; a user then clicks, or opens it, again. An open menu keeps its items as they
 * were: one opened before VS Code knows that the workspace is trusted has items that stay disabled.
 */
export async function chooseInMenu(page: Page, row: Locator, title: string): Promise<void> {
  const item = page.getByRole('menuitem', { name: title }).first();
  const isChosen = async (): Promise<boolean> => {
    try {
      await item.click({ timeout: menuMs });
      await item.waitFor({ state: 'hidden', timeout: menuMs });
      return true;
    } catch {
      return false;
    }
  };
  const openMenu = async (): Promise<void> => {
    if ((await item.isVisible()) && (await item.isDisabled())) await page.keyboard.press('Escape');
    if (!(await item.isVisible())) await row.click({ button: 'right' });
  };
  await repeatUntil(openMenu, isChosen, `the menu has ${title}, which closes it`);
}

/**
 * The row of a file of a folder of the workspace. VS Code opens the folders of a window some time after it shows them, and
 * after a reload it may leave one of several closed.
 */
export async function rowInFolder(page: Page, folder: string, name: string): Promise<Locator> {
  await runCommand(page, 'Explorer: Focus on Folders View');
  const [parent, file] = [explorerRow(page, folder), explorerRow(page, name)];
  const expand = async (): Promise<void> => {
    if ((await parent.getAttribute('aria-expanded')) !== 'true') await parent.click();
  };
  await repeatUntil(expand, () => isShown(file), `${folder} shows ${name}`);
  return file;
}

/** Opens a file of the explorer, its folders first: `weather`, `seattle.csv`. */
export async function openInExplorer(page: Page, ...names: readonly string[]): Promise<void> {
  await runCommand(page, 'Explorer: Focus on Folders View');
  for (const name of names) {
    const row = explorerRow(page, name);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'true') continue;
    const selected = row.and(page.locator('[aria-selected="true"]'));
    // Rows that come or go move the others under the mouse; a user then clicks again.
    await repeatUntil(
      () => row.click(),
      () => isShown(selected),
      `${name} is selected`,
    );
  }
}

/** Replaces the example of a new query document by a statement and runs it; returns its grid. */
export async function query(page: Page, sql: string): Promise<FrameLocator> {
  await runCommand(page, 'Pond: New Query');
  const editor = page.locator('.editor-instance .monaco-editor.focused');
  await editor.filter({ hasText: '-- Pond' }).waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  // Inserted at once: typed key by key, the editor would close quotes and indent by itself.
  await page.keyboard.insertText(sql);
  await editor.filter({ hasNotText: '-- Pond' }).waitFor();
  const results = page.locator('.tab').filter({ hasText: 'Result: ' });
  const earlier = await results.count();
  await page.keyboard.press('Control+Enter');
  await results.nth(earlier).waitFor();
  return webview(page);
}

/** The page inside the visible webview. */
export function webview(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
}

/** Presses a button of a bar, which is that of the table without `of`: where it does not fit, it is in the bar's menu. */
export async function pressInBar(grid: FrameLocator, name: string, of: 'Table' | 'Plot' = 'Table'): Promise<void> {
  const bar = grid.getByRole('toolbar', { name: of });
  const button = bar.getByRole('button', { name, exact: true });
  const more = bar.getByRole('button', { name: 'More Actions…' });
  const inMenu = grid.locator('[role^="menuitem"]').filter({ hasText: name });
  // A bar whose width or texts change moves buttons into its menu and back.
  const isPressed = async (): Promise<boolean> => {
    if (await button.isVisible()) return await succeeds(button.click({ timeout: menuMs }));
    return (await succeeds(more.click({ timeout: menuMs }))) && (await succeeds(inMenu.click({ timeout: menuMs })));
  };
  await repeatUntil(() => button.or(more).first().waitFor(), isPressed, `the bar has ${name}`);
}

async function openPalette(page: Page, text: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input[type=text]');
  // A palette that closes before the text is in it is opened again by the caller.
  await input.fill(`>${text}`, { timeout: paletteMs }).catch(() => undefined);
}

/** The default themes by their kind, the class of the workbench. */
const themes: ReadonlyMap<string, string> = new Map([
  ['vs', 'Light 2026'],
  ['vs-dark', 'Dark 2026'],
  ['hc-black', 'Default High Contrast'],
  ['hc-light', 'Default High Contrast Light'],
]);

/**
 * Does something in the default themes, which the settings of the workspace choose: those of the user stay as they are.
 * It begins with the theme that is shown, since a change takes half a second of processor time, and leaves another.
 */
export async function inEveryTheme(
  { page, workspace }: Pick<Window, 'page' | 'workspace'>,
  look: (kind: string) => Promise<void>,
): Promise<void> {
  const classes = (await page.locator('.monaco-workbench').getAttribute('class'))?.split(' ') ?? [];
  const shown = classes.filter((name) => themes.has(name));
  for (const kind of new Set([...shown, ...themes.keys()])) {
    if (!shown.includes(kind)) {
      await changeSettings(workspace, { 'workbench.colorTheme': themes.get(kind) });
      await page.locator(`.monaco-workbench.${kind}`).waitFor();
    }
    await look(kind);
  }
}

/**
 * Loads the window again once the state of its tabs that it keeps in the browser has a text. VS Code in a browser writes
 * its state every few seconds, or later on a busy machine, and not when the page is closed; it then restores an earlier one.
 * Other parts of the state name a tab too, such as the list of recently opened ones, and may be written before.
 */
export async function reloadOnceKept(page: Page, text: RegExp): Promise<void> {
  await page.evaluate(`(async () => {
    const texts = async (name) => await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const reading = opening.result.transaction('ItemTable').objectStore('ItemTable').getAll();
        reading.onsuccess = () => (opening.result.close(), resolve(reading.result));
      };
    });
    for (;;) {
      for (const { name } of await indexedDB.databases()) {
        const kept = name.startsWith('vscode-web-state-db') ? await texts(name) : [];
        const ofTabs = kept.filter((text) => typeof text === 'string' && text.includes('editorpart.state'));
        if (ofTabs.some((text) => ${String(text)}.test(text))) return;
      }
      // Reading the state at each frame would keep a core busy until it is written.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })()`);
  await page.reload();
}
