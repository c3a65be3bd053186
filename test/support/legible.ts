import assert from 'node:assert/strict';
import { type FrameLocator } from 'playwright-core';
import { seriousViolations } from './accessibility.ts';
import { shownIds } from './shownIds.ts';
import { type Window } from './workbench.ts';
import { inEveryTheme } from './workbenchPerson.ts';

/**
 * Checks what a window shows: it names no ids, and a webview has no serious violation in any kind of theme. Saves a
 * screenshot of each theme as NAME-THEME.
 */
export async function checkLegible(window: Window, name: string, webview?: FrameLocator): Promise<void> {
  const { page, screenshot } = window;
  assert.deepEqual([...(await shownIds(page)), ...(webview === undefined ? [] : await shownIds(webview))], [], name);
  await inEveryTheme(window, async (kind) => {
    if (webview !== undefined) assert.deepEqual(await seriousViolations(webview), [], `${name}, ${kind}`);
    await screenshot(`${name}-${kind}`);
  });
}
