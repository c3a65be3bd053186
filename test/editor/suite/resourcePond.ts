import { type TestContext } from 'node:test';
import * as vscode from 'vscode';
import { type AppliedInfo } from '../../../server/src/protocol/resources.ts';
import { type ShownRow } from '../../../client/vscode/resources/shownRows.ts';
import { api, closeEditors, newPond, until, type TestPond } from './support.ts';

/** Document of a resource. */
export const document = (kind: string, name: string, ...spec: readonly string[]): string =>
  ['apiVersion: duckpond/v1', `kind: ${kind}`, `name: ${name}`, `desc: The ${name}`, 'spec:', ...spec, ''].join('\n');

/** Document of a Derive resource over `/in/*.csv`. */
export const derive = (name: string, query: string): string =>
  document('Derive', name, '  collections:', '    - name: all', '      pattern: /in/*.csv', `      query: "${query}"`);

/** A pond with an input file and these resources, applied and committed with the command. */
export async function pondWith(t: TestContext, ...documents: readonly string[]): Promise<TestPond> {
  t.after(closeEditors);
  const pond = await newPond(t);
  await pond.write('/in/a.csv', 't,x\n0,1.5\n3600,2.5\n90000,4\n');
  await apply(pond, documents.join('---\n'));
  await pond.commit('resources');
  await until('nothing staged in the view', async () => {
    const rows = await resourceRows(pond);
    return rows.length === documents.length && rows.every(({ description }) => description === 'never run');
  });
  return pond;
}

/** Stages documents with the command. */
export async function apply(pond: TestPond, text: string): Promise<readonly AppliedInfo[] | undefined> {
  await pond.write('/drafts/new.yaml', text);
  await vscode.window.showTextDocument(pond.uri('/drafts/new.yaml'));
  return vscode.commands.executeCommand('pond.applyResource', pond.uri('/drafts/new.yaml'));
}

/** The rows of resources, of all kinds. */
export async function resourceRows({ pond }: TestPond): Promise<readonly ShownRow[]> {
  return (await api().resources(pond)).flatMap(({ children }) => children);
}

/** Rows of the grid that was shown last; undefined if there are none. */
export function rowCount(): number | undefined {
  const state = api().grid()?.state;
  return state?.type === 'result' ? (state.info.rowCount ?? undefined) : undefined;
}
