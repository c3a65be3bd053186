import type * as vscode from 'vscode';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { pondUri } from '../pondUri.ts';

/** The document of a resource, at the place that people read: by the resource's name. */
export function documentUri(pond: string, { kind, name }: Pick<ResourceInfo, 'kind' | 'name'>): vscode.Uri {
  return pondUri(pond, `/${kind}/${name}/resource.yaml`);
}

/** A path below the home of a resource with the resource's name in place of its UUID; any other path as it is. */
export function readablePath(resources: readonly ResourceInfo[], path: string): string {
  const owner = resources.find(({ home }) => path === home || path.startsWith(`${home}/`));
  return owner === undefined ? path : `/${owner.kind}/${owner.name}${path.slice(owner.home.length)}`;
}

/** A text of the server with the names of resources in place of their UUIDs, wherever it has a path below a home. */
export function readableText(resources: readonly ResourceInfo[], text: string): string {
  return resources.reduce((read, { home, kind, name }) => read.replaceAll(home, `/${kind}/${name}`), text);
}

/** `uri` with the place that an editor goes to when it is opened; both numbers are 0-based. */
export function atPosition(uri: vscode.Uri, line: number, character: number): vscode.Uri {
  return uri.with({ fragment: `L${line + 1},${character + 1}` });
}
