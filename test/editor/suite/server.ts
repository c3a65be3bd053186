import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { api, newPond, until } from './support.ts';

/** The server's life. */
export function serverTests(): void {
  test('a server that is killed is started again and nothing staged is lost', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'committed');
    await pond.commit('first');
    await pond.write('/a.txt', 'staged');
    await pond.write('/b.txt', 'staged too');
    const pid = api().serverPid();
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await until('another server', () => api().serverState() === 'running' && api().serverPid() !== pid);
    assert.equal(await pond.read('/a.txt'), 'staged');
    assert.equal(await pond.read('/b.txt'), 'staged too');
    await until('source control', () => api().staged(pond.pond)?.length === 2);
  });

  test('the restart command starts another server', async () => {
    const pid = api().serverPid();
    await vscode.commands.executeCommand('pond.restartServer');
    assert.equal(api().serverState(), 'running');
    assert.notEqual(api().serverPid(), pid);
  });
}
