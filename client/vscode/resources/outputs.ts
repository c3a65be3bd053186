import * as vscode from 'vscode';
import { type OutputInfo, type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { pondUri } from '../pondUri.ts';
import { type QuickSteps } from '../quickSteps.ts';
import { tableEditor } from '../tables/viewTypes.ts';
import { readablePath } from './treeLocations.ts';
import { titleOf } from './strings.ts';

/** Shows the outputs of resources. */
export class Outputs {
  readonly #client: PondClient;

  constructor(client: PondClient) {
    this.#client = client;
  }

  /** Shows tables and series in a grid, any other file in an editor. */
  async open(pond: string, { path, type }: OutputInfo): Promise<void> {
    const isTable = type === 'series' || type === 'table' || path.endsWith('.parquet');
    if (isTable) await vscode.commands.executeCommand('vscode.openWith', pondUri(pond, path), tableEditor);
    else await vscode.commands.executeCommand('vscode.open', pondUri(pond, path));
  }

  /** Lets the user pick a file of a resource; undefined when none is picked. */
  async pick(pond: string, resource: ResourceInfo, steps: QuickSteps): Promise<OutputInfo | undefined> {
    const files = await this.#files(pond, resource);
    if (files.length === 0) {
      void vscode.window.showInformationMessage(`${titleOf(resource)} has no outputs yet.`);
      return undefined;
    }
    const items = files.map((output) => ({ label: output.path, description: output.type, output }));
    const [only] = files;
    const placeholder = `Outputs of ${titleOf(resource)}`;
    return files.length === 1 ? only : (await steps.choose(items, { placeholder }))?.output;
  }

  async #files(pond: string, resource: ResourceInfo): Promise<readonly OutputInfo[]> {
    const isDirectory = ({ type }: OutputInfo): boolean => type === 'directory';
    const listed = await Promise.all(
      resource.outputs.map(async (output) =>
        isDirectory(output) ? this.#client.request('list', { pond, path: output.path, recursive: true }) : [output],
      ),
    );
    const files = listed.flat().filter((output) => !isDirectory(output));
    return files.map(({ path, type }) => ({ path: readablePath([resource], path), type }));
  }
}
