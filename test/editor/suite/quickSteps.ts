import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { QuickSteps } from '../../../client/vscode/quickSteps.ts';
import { until } from './support.ts';

/** Questions of a command, and what follows them. */
export function quickStepsTests(): void {
  test('a user who closes an answered list does not wait for what was to follow, nor sees the next list', async () => {
    const answers: unknown[] = [];
    const later: Promise<unknown>[] = [];
    const prepared = new vscode.EventEmitter<void>();
    const asked = QuickSteps.ask(async (steps) => {
      answers.push(await steps.choose([{ label: 'one' }], {}));
      await new Promise<void>((resolve) => prepared.event(resolve));
      later.push(steps.choose([{ label: 'two' }], {}));
      await later[0];
    });
    await until('the first answer', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return answers.length > 0;
    });
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await assert.rejects(asked, vscode.CancellationError);
    assert.deepEqual(answers, [{ label: 'one' }]);
    prepared.fire();
    await until('the rest of the command', () => later.length > 0);
    await assert.rejects(Promise.all(later), vscode.CancellationError);
  });

  test('a list stays while the focus is elsewhere', async () => {
    const asked = QuickSteps.ask((steps) => steps.choose([{ label: 'one' }], {}));
    // After the request to show the list.
    for (const part of ['SideBar', 'Panel', 'SideBar'])
      await vscode.commands.executeCommand(`workbench.action.focus${part}`);
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    assert.deepEqual(await asked, { label: 'one' });
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });
}
