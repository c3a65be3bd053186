/** Flows of a user in a real VS Code, which share a browser, a server and a window, each over files of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Browser } from 'playwright-core';
import { retriedFlow } from '../../scripts/testSummary.mjs';
import { openSharedWindow, removeFolders, showFolders } from './sharedWindow.ts';
import { startBrowser, startWorkbench, within, type Window, type Workbench } from './workbench.ts';
import { writeWorkspace, type Workspace } from './workspaceFile.ts';

/** Timeout for one attempt at a flow, so that a step that never ends is retried too. The longest takes half of it. */
const flowAttemptMs = 240_000;

/** Timeout for the test of a flow: both attempts, and the start of VS Code. */
export const flowTimeoutMs = 3 * flowAttemptMs;

/** Host files of a flow, and the folders and settings of its workspace. */
export interface FlowFiles extends Workspace {
  /** The folder that contains all of them. */
  readonly home: string;
}

/** What a flow needs that the shared window does not have. */
interface OwnWindow {
  /** Host path of a script that exports `run()`, to be run inside the extension host. */
  readonly tests?: string;
  /** Timeout for each of the two attempts. */
  readonly attemptMs?: number;
}

/** Steps of a user in a window over files. */
type Steps<Files> = (window: Window, files: Files) => Promise<void>;

/** A browser and the VS Code that it shows. A start costs as much as a short flow, so the flows of a process share them. */
class Flows {
  #browser: Promise<Browser> | undefined;
  #workbench: Promise<Workbench> | undefined;
  readonly #homes: string[] = [];
  /** The window that the next flow gets; undefined before the first one, and after one that cannot be used again. */
  #shared: Window | undefined;

  /**
   * Runs `steps` over the files that `make` creates, in the window of the flow before. A flow that fails, or leaves
   * something in the window, is retried once, in a new window over other files: VS Code in a browser loses an event now
   * and then on a busy machine. The reason is a diagnostic of the test that the last lines of the run repeat, and too many
   * retries fail the run (testSummary.mjs). A screenshot of each failure is saved as out/screenshots/failed-<name>.png.
   */
  async through<Files extends FlowFiles>(
    t: TestContext,
    name: string,
    make: () => Promise<Files>,
    steps: Steps<Files>,
  ): Promise<void> {
    const workbench = await this.#started();
    await retried(t, name, async (attempt) => {
      const files = await this.#keep(make());
      const window = (this.#shared ??= await this.#openShared(workbench));
      const inShared = async (): Promise<void> => {
        await showFolders(window, files);
        await steps(window, files);
        if (await removeFolders(window)) return;
        this.#shared = undefined;
        await window.close();
      };
      try {
        await attempted(window, attempt, flowAttemptMs, inShared());
      } catch (error) {
        this.#shared = undefined;
        await window.close();
        throw error;
      }
    });
  }

  /** Like `through`, in a window of its own, which shows nothing else from its load on. */
  async alone<Files extends FlowFiles>(
    t: TestContext,
    name: string,
    make: () => Promise<Files>,
    steps: Steps<Files>,
    { tests, attemptMs = flowAttemptMs }: OwnWindow,
  ): Promise<void> {
    const workbench = await this.#started();
    await retried(t, name, async (attempt) => {
      const files = await this.#keep(make());
      const workspace = join(files.home, 'test.code-workspace');
      await writeWorkspace(workspace, files);
      const window = await workbench.open({ workspace, ...(tests !== undefined && { tests }) });
      try {
        await attempted(window, attempt, attemptMs, steps(window, files));
      } finally {
        await window.close();
      }
    });
  }

  async #openShared(workbench: Workbench): Promise<Window> {
    const home = await mkdtemp(join(tmpdir(), 'pond-shared-window-'));
    this.#homes.push(home);
    return openSharedWindow(workbench, home);
  }

  /** The files of a flow, which are removed at the end. */
  async #keep<Files extends FlowFiles>(making: Promise<Files>): Promise<Files> {
    const files = await making;
    this.#homes.push(files.home);
    return files;
  }

  async #started(): Promise<Workbench> {
    const browser = await (this.#browser ??= startBrowser());
    return (this.#workbench ??= startWorkbench(browser));
  }

  /** Ends every process that was started, and removes the files of all flows. What failed to start has ended. */
  async close(): Promise<void> {
    const [browser] = await Promise.allSettled([this.#browser]);
    if (browser.status === 'fulfilled') await browser.value?.close();
    const [workbench] = await Promise.allSettled([this.#workbench]);
    if (workbench.status === 'fulfilled') await workbench.value?.close();
    // Not before the servers of the ponds are gone.
    for (const home of this.#homes) await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs a flow, and retries it once. */
async function retried(t: TestContext, name: string, attempt: (name: string) => Promise<void>): Promise<void> {
  try {
    await attempt(name);
  } catch (error) {
    t.diagnostic(`${retriedFlow} ${name}: ${error instanceof Error ? error.stack : String(error)}`);
    await attempt(`${name}-again`);
  }
}

/** Waits for the end of steps, and saves a screenshot of their failure. */
async function attempted(window: Window, name: string, attemptMs: number, steps: Promise<void>): Promise<void> {
  try {
    await within(attemptMs, steps, () => `not through after ${attemptMs / 1000} s`);
  } catch (error) {
    await window.screenshot(`failed-${name}`);
    throw error;
  }
}

/** The flows of this process. */
export const flows = new Flows();
after(() => flows.close());
