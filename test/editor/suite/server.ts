import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { derive, pondWith, resourceRows } from './resourcePond.ts';
import { api, newPond, until } from './support.ts';

/** Two tables with more pairs than can be counted during the test. */
const endless = 'range(1000000) a, range(1000000) b';

/** Life cycle of the server. */
export function serverTests(): void {
  test('a killed server is restarted and no staged change is lost', async (t) => {
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

  test('a run ends when its server is killed, and the next one continues from the committed state', async (t) => {
    const pond = await pondWith(t, derive('slow', `SELECT count(*) AS Timestamp FROM read_csv('$1'), ${endless}`));
    const row = async (): Promise<string | undefined> => (await resourceRows(pond))[0]?.context;
    const running = vscode.commands.executeCommand('pond.runAllResources', { type: 'pond', pond: pond.pond });
    await until('the resource running', async () => (await row()) === 'resource.running');
    const pid = api().serverPid();
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await running;
    await until('the resource at rest', async () => (await row()) === 'resource.idle');
    await pond.write('/Derive/slow/resource.yaml', derive('slow', "SELECT t AS Timestamp FROM read_csv('$1')"));
    await pond.commit('quicker');
    await vscode.commands.executeCommand('pond.runAllResources', { type: 'pond', pond: pond.pond });
    await until('the run received', async () => (await resourceRows(pond))[0]?.spoken?.startsWith('Derive/slow, ok'));
  });

  test('the restart command starts another server', async () => {
    const pid = api().serverPid();
    await vscode.commands.executeCommand('pond.restartServer');
    assert.equal(api().serverState(), 'running');
    assert.notEqual(api().serverPid(), pid);
  });
}
