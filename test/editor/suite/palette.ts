import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as vscode from 'vscode';
import { api, checkoutFile, closeEditors, newPond, until } from './support.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string; readonly when: string }[] };
  };
}

/** Commands whose effect is in a view, in the log, or in the server. */
const elsewhere = ['showHistory', 'refreshHistory', 'refreshResources', 'showServerLog', 'restartServer'];

/** The functions by which an extension shows a message or a question. */
const showing = [
  ...([
    'showInformationMessage',
    'showWarningMessage',
    'showErrorMessage',
    'showOpenDialog',
    'showSaveDialog',
  ] as const),
  ...(['createQuickPick', 'createInputBox'] as const),
];

/** What a user finds who runs a command of the palette where it has nothing to be about. */
export function paletteTests(): void {
  test('no command of the palette does nothing in silence, without a pond and with one', async (t) => {
    await closeEditors();
    const commands = await offered();
    assert.ok(commands.length > 30);
    const shown = watch(t);
    assert.deepEqual(await silentOnes(commands, shown), [], 'without a pond');
    await newPond(t);
    assert.deepEqual(await silentOnes(commands, shown), [], 'with a pond');
  });
}

/** The commands that the palette offers in any window, but those whose effect is elsewhere. */
async function offered(): Promise<readonly string[]> {
  const text = await vscode.workspace.fs.readFile(vscode.Uri.file(checkoutFile('package.json')));
  const { commands, menus } = (JSON.parse(Buffer.from(text).toString()) as Manifest).contributes;
  const hidden = menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);
  const left = new Set([...hidden, ...elsewhere.map((name) => `pond.${name}`)]);
  return commands.map(({ command }) => command).filter((command) => !left.has(command));
}

/** Answers each question with nothing; returns a function that returns how many messages and questions were shown. */
function watch(t: TestContext): () => number {
  let calls = 0;
  for (const name of showing) {
    const original = vscode.window[name] as (...args: unknown[]) => unknown;
    const isInput = name.startsWith('create');
    t.mock.method(vscode.window, name, (...args: unknown[]) => {
      calls += 1;
      return isInput ? original(...args) : Promise.resolve(undefined);
    });
  }
  return () => calls;
}

/** The commands that show neither a message or a question nor a tab. */
async function silentOnes(commands: readonly string[], shown: () => number): Promise<readonly string[]> {
  const silent: string[] = [];
  for (const command of commands) {
    const before = shown();
    let isOver = false;
    const run = Promise.resolve(vscode.commands.executeCommand(command)).finally(() => (isOver = true));
    await until(`an effect of ${command}`, () => isOver || shown() > before);
    // Lists and boxes, which are closed without an answer.
    await until(`the end of ${command}`, async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return isOver;
    });
    await run;
    const hasTab = vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0);
    if (shown() === before && !hasTab) silent.push(command);
    await closeEditors();
  }
  assert.equal(api().serverState(), 'running');
  return silent;
}
