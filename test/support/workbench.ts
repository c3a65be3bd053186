/** A VS Code served to a headless browser, with this repository's extension loaded from its folder. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';
import { addressOf, ensureCodeServer, startCodeServer } from '../../scripts/codeServer.mjs';
import { root } from '../../scripts/run.mjs';

export { root };

/** Settings of the machine that keep untested features, and telemetry, out of the window, and a still window still. */
const settings = {
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.banner': 'never',
  'telemetry.telemetryLevel': 'off',
  'window.menuBarVisibility': 'compact',
  // The palette lists recent commands first, also those whose titles only contain that of another.
  'workbench.commandPalette.history': 0,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/**
 * Runs in each page before its scripts: nothing fades, slides or turns. The browser draws without a graphics card, and
 * the bars of each list that VS Code shows fade for 0.8 s, frame by frame: a quarter of the processor time of a query.
 */
const stillness = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*, ::before, ::after { animation: none !important; transition: none !important; }');
  document.adoptedStyleSheets = [sheet];
}`;

/** Extensions that come with VS Code and that a pond's window uses. Loading all of them costs a sixth of a window. */
const builtIn = ['json', 'markdown-basics', 'sql', 'theme-defaults', 'theme-seti', 'yaml'];

/** Timeout for anything in a window. A busy machine is slow; a passing test waits no longer than necessary. */
const patienceMs = 60_000;

/** Prefix of each line that the tests inside print. */
const mark = '[suite] ';

/** Content of a window. */
interface WindowOptions {
  /** A `.code-workspace` file: an absolute host path. */
  readonly workspace: string;
  /** Host path of a script that exports `run()`, to be run inside the extension host. */
  readonly tests?: string;
}

/** A window of the workbench. */
export interface Window {
  readonly page: Page;
  /** The workspace file that it shows. */
  readonly workspace: string;
  /**
   * Waits for the end of `tests`: the lines that they printed, and undefined or the reason of their failure. Throws
   * after a timeout.
   */
  finished(timeoutMs: number): Promise<{ readonly lines: readonly string[]; readonly failure: string | undefined }>;
  /** Saves a screenshot as out/screenshots/<name>.png. */
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A server that shows windows in a browser. */
export interface Workbench {
  open(options: WindowOptions): Promise<Window>;
  /** Ends every process that was started and removes their files. */
  close(): Promise<void>;
}

/** Starts a VS Code that trusts the folders that it opens. It is installed first if necessary. */
export async function startWorkbench(browser: Browser): Promise<Workbench> {
  const installed = await ensureCodeServer((line) => process.stderr.write(`${line}\n`));
  const home = await mkdtemp(join(tmpdir(), 'pond-workbench-'));
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const [dataDirectory, builtInDirectory] = [join(home, 'data'), join(home, 'builtIn')];
    await mkdir(join(dataDirectory, 'data', 'Machine'), { recursive: true });
    await writeFile(join(dataDirectory, 'data', 'Machine', 'settings.json'), JSON.stringify(settings));
    await mkdir(builtInDirectory);
    const extensions = join(dirname(dirname(installed.main)), 'extensions');
    for (const name of builtIn) await symlink(join(extensions, name), join(builtInDirectory, name), 'junction');
    const server = await startCodeServer(installed, {
      ...{ port: 0, dataDirectory, builtInDirectory, extensionsDirectory: join(home, 'extensions') },
      ...{ testDriver: true, trusted: true },
      // Each window has processes of its own, which compile the same programs.
      env: { NODE_COMPILE_CACHE: join(home, 'compiled') },
    });
    return {
      open: async (options) => {
        await cacheWorkspace(join(dataDirectory, 'data', 'User', 'caches'), server, options.workspace);
        return openWindow(browser, server, options);
      },
      close: async () => {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Starts a headless browser. */
export function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium found: `npm test` installs it or says how to');
  // With the young generation of a browser on a phone, the collector takes a tenth of the load of a window.
  const heap = '--js-flags=--min-semi-space-size=64 --max-semi-space-size=128';
  // Without effect on the processor time of a window: V8 without its optimizing compilers, or with one thread for its
  // collector; one context or profile for all windows: no code of a script of 19 MB is cached.
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-sync', heap, ...quiet] });
}

async function openWindow(browser: Browser, server: Served, options: WindowOptions): Promise<Window> {
  // A separate context has the storage of a browser that never opened VS Code.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(patienceMs);
  await context.addInitScript(stillness);
  const page = await context.newPage();
  const lines: string[] = [];
  const exit = new Promise<string | undefined>((resolve) => {
    void page.exposeFunction('codeAutomationLog', (_type: string, args: readonly unknown[]) => {
      // The workbench writes to the same console; only the output of the tests has their mark.
      const text = args.filter((arg) => typeof arg === 'string').join(' ');
      for (const line of text.split('\n')) if (line.startsWith(mark)) lines.push(line.slice(mark.length));
    });
    void page.exposeFunction('codeAutomationExit', (code: number) => {
      resolve(code === 0 ? undefined : `the tests ended with status ${code}`);
    });
  });
  await page.goto(address(server, options));
  await page.waitForSelector('.monaco-workbench .part.statusbar');
  await page.waitForSelector('.explorer-folders-view');
  return {
    page,
    workspace: options.workspace,
    finished: async (timeoutMs) => {
      const failure = await within(
        timeoutMs,
        exit,
        () => `the tests did not end within ${timeoutMs / 1000} s:\n${lines.join('\n')}`,
      );
      return { lines, failure };
    },
    screenshot: async (name) => {
      const folder = join(root, 'out', 'screenshots');
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`) });
    },
    close: () => context.close(),
  };
}

/** A running server, and the token that it requires. */
interface Served {
  readonly port: number;
  readonly token: string;
}

/** The address by which VS Code in the browser knows a file of the server. */
function remote({ port }: Served, path: string): string {
  return `vscode-remote://127.0.0.1:${port}${path}`;
}

/**
 * Writes the copy of a workspace file that VS Code keeps. It reads the copy and the file at the same time and, when the
 * file is there just after the copy was found missing, takes the workspace for one without folders.
 */
async function cacheWorkspace(caches: string, server: Served, workspace: string): Promise<void> {
  const folder = join(caches, 'CachedConfigurations', 'workspaces', hash(remote(server, workspace)));
  await mkdir(folder, { recursive: true });
  const content = await readFile(workspace, 'utf8');
  await writeFile(join(folder, 'workspace.json'), JSON.stringify({ content }));
}

/** VS Code's hash of a text, by which it names what it keeps of a workspace. */
function hash(text: string): string {
  const add = (sum: number, value: number): number => (Math.imul(sum, 31) + value) | 0;
  let sum = add(0, 149_417);
  for (let index = 0; index < text.length; index++) sum = add(sum, text.charCodeAt(index));
  return sum.toString(16);
}

function address(server: Served, { workspace, tests }: WindowOptions): string {
  const payload = [
    ['extensionDevelopmentPath', remote(server, root)],
    ...(tests === undefined ? [] : [['extensionTestsPath', remote(server, tests)]]),
    ['skipWelcome', 'true'],
  ];
  return addressOf(server, { workspace, payload: JSON.stringify(payload) });
}

/** The result of `work`. Throws an error with `message` after a timeout. */
export async function within<T>(timeoutMs: number, work: Promise<T>, message: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
