/**
 * Flows of a user in a real VS Code, each in a window and over files of its own: a window restores the unsaved documents of
 * the last one that showed the same workspace, and they take the focus at unpredictable times.
 */
import { rm } from 'node:fs/promises';
import { after, type TestContext } from 'node:test';
import { type Browser } from 'playwright-core';
import { retriedFlow } from '../../scripts/testSummary.mjs';
import { startBrowser, startWorkbench, within, type Window, type WindowOptions, type Workbench } from './workbench.ts';

/** Timeout for one attempt at a flow, so that a step that never ends is retried too. The longest takes half of it. */
const flowAttemptMs = 240_000;

/** Timeout for the test of a flow: both attempts, and the start of VS Code. */
export const flowTimeoutMs = 3 * flowAttemptMs;

/** Host files of a flow. */
export interface FlowFiles extends WindowOptions {
  /** The folder that contains all of them. */
  readonly home: string;
}

/** A browser and the VS Codes that it shows. A start costs as much as a short flow, so the flows of a process share them. */
class Flows {
  #browser: Promise<Browser> | undefined;
  /** By whether they trust the folders that they open. */
  readonly #workbenches = new Map<boolean, Promise<Workbench>>();
  readonly #homes: string[] = [];

  /**
   * Opens a window over the files that `make` creates and runs `steps` in it. A flow that fails is retried once, in another
   * window over other files: VS Code in a browser loses an event now and then on a busy machine. The reason is a
   * diagnostic of the test that the last lines of the run repeat, and too many retries fail the run (testSummary.mjs).
   * A screenshot of each failure is saved as out/screenshots/failed-<name>.png. `trusted`: whether VS Code trusts the
   * folders that it opens. `attemptMs`: timeout for each of the two attempts.
   */
  async through<Files extends FlowFiles>(
    t: TestContext,
    name: string,
    make: () => Promise<Files>,
    steps: (window: Window, files: Files) => Promise<void>,
    { trusted = true, attemptMs = flowAttemptMs }: { readonly trusted?: boolean; readonly attemptMs?: number } = {},
  ): Promise<void> {
    const workbench = await this.#workbench(trusted);
    const once = async (attempt: string): Promise<void> => {
      const files = await make();
      this.#homes.push(files.home);
      const window = await workbench.open(files);
      try {
        await within(attemptMs, steps(window, files), () => `not through after ${attemptMs / 1000} s`);
      } catch (error) {
        await window.screenshot(`failed-${name}${attempt}`);
        throw error;
      } finally {
        await window.close();
      }
    };
    try {
      await once('');
    } catch (error) {
      t.diagnostic(`${retriedFlow} ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      await once('-again');
    }
  }

  async #workbench(trusted: boolean): Promise<Workbench> {
    const browser = await (this.#browser ??= startBrowser());
    const started = this.#workbenches.get(trusted) ?? startWorkbench(browser, { trusted });
    this.#workbenches.set(trusted, started);
    return started;
  }

  /** Ends every process that was started, and removes the files of all flows. What failed to start has ended. */
  async close(): Promise<void> {
    const [browser] = await Promise.allSettled([this.#browser]);
    if (browser.status === 'fulfilled') await browser.value?.close();
    for (const started of await Promise.allSettled(this.#workbenches.values())) {
      if (started.status === 'fulfilled') await started.value.close();
    }
    // Not before the servers of the ponds are gone.
    for (const home of this.#homes) await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The flows of this process. */
export const flows = new Flows();
after(() => flows.close());
