/**
 * Flows of a user in a real VS Code, each in a window and over files of its own: a window restores the unsaved documents of
 * the last one that showed the same workspace, and they take the focus at unpredictable times.
 */
import { rm } from 'node:fs/promises';
import { type TestContext } from 'node:test';
import { retriedFlow } from '../../scripts/testSummary.mjs';
import { startWorkbench, type Window, type WindowOptions } from './workbench.ts';

/** Host files of a flow. */
export interface FlowFiles extends WindowOptions {
  /** The folder that contains all of them. */
  readonly home: string;
}

/** A VS Code that serves the windows of flows. */
export interface Flows {
  /**
   * Opens a window over the files that `make` creates and runs `steps` in it. A flow that fails is retried once, in another
   * window over other files: VS Code in a browser loses an event now and then on a busy machine. The reason is a
   * diagnostic of the test that the last lines of the run repeat, and too many retries fail the run (testSummary.mjs).
   * A screenshot of each failure is saved as out/screenshots/failed-<name>.png.
   */
  through<Files extends FlowFiles>(
    t: TestContext,
    name: string,
    make: () => Promise<Files>,
    steps: (window: Window, files: Files) => Promise<void>,
  ): Promise<void>;
  /** Ends every process that was started, and removes the files of all flows. */
  close(): Promise<void>;
}

/** Starts VS Code and a browser. `trusted`: whether it trusts the folders that it opens. */
export async function startFlows({ trusted }: { trusted: boolean }): Promise<Flows> {
  const workbench = await startWorkbench({ trusted });
  const homes: string[] = [];

  return {
    through: async (t, name, make, steps) => {
      const once = async (attempt: string): Promise<void> => {
        const files = await make();
        homes.push(files.home);
        const window = await workbench.open(files);
        try {
          await steps(window, files);
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
    },
    close: async () => {
      await workbench.close();
      // Not before the servers of the ponds are gone.
      for (const home of homes) await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
