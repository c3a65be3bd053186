import type * as vscode from 'vscode';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { pondUri } from '../pondUri.ts';

/** URI of the document of a resource, by the resource's name. */
export function documentUri(pond: string, { kind, name }: Pick<ResourceInfo, 'kind' | 'name'>): vscode.Uri {
  return pondUri(pond, `/${kind}/${name}/resource.yaml`);
}

/** A path in a resource directory, with the resource's name instead of its UUID; any other path is unchanged. */
export function readablePath(resources: readonly ResourceInfo[], path: string): string {
  const owner = resources.find(({ directory }) => path === directory || path.startsWith(`${directory}/`));
  return owner === undefined ? path : `/${owner.kind}/${owner.name}${path.slice(owner.directory.length)}`;
}

/** A server text, with resource names instead of UUIDs in all paths in resource directories. */
export function readableText(resources: readonly ResourceInfo[], text: string): string {
  return resources.reduce((read, { directory, kind, name }) => read.replaceAll(directory, `/${kind}/${name}`), text);
}

/** A sentence about a failed run, with its resource, without a capital of its own. */
export function failureText(resources: readonly ResourceInfo[], { resource, error }: RunInfo): string {
  return `${resource} failed: ${error === null ? 'see its log' : readableText(resources, error.message)}.`;
}

/** `uri` with the position at which an editor opens it; both numbers are 0-based. */
export function atPosition(uri: vscode.Uri, line: number, character: number): vscode.Uri {
  return uri.with({ fragment: `L${line + 1},${character + 1}` });
}
