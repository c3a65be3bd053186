import * as vscode from 'vscode';

/** The scheme of documents inside ponds: `pond://<hex of the pond's host directory>/<pond path>?at=<version>`. */
export const scheme = 'pond';

/** Location that a `pond:` URI refers to. */
export interface PondLocation {
  /** Absolute host directory of the pond. */
  readonly pond: string;
  /** Absolute pond path, without a trailing slash. */
  readonly path: string;
  /** Commit number, `HEAD~n` or ISO time; undefined for the working tree. */
  readonly at: string | undefined;
}

/** URI of a path in a pond, at a version if given. */
export function pondUri(pond: string, path = '/', at?: string): vscode.Uri {
  const authority = Buffer.from(pond, 'utf8').toString('hex');
  return vscode.Uri.from({ scheme, authority, path: normalize(path), query: at === undefined ? '' : `at=${at}` });
}

/** Parses `uri`; undefined when it is not a well-formed `pond:` URI. The only parser of such URIs. */
export function parsePondUri(uri: vscode.Uri): PondLocation | undefined {
  if (uri.scheme !== scheme || !/^([0-9a-f]{2})+$/i.test(uri.authority)) return undefined;
  const at = new URLSearchParams(uri.query.replaceAll('+', '%2B')).get('at');
  return {
    pond: Buffer.from(uri.authority, 'hex').toString('utf8'),
    path: normalize(uri.path),
    at: at === null || at === '' ? undefined : at,
  };
}

/** Path of the pond as users know it: by the name of its resource. */
export function shownPath({ path, displayPath }: { readonly path: string; readonly displayPath?: string }): string {
  return displayPath ?? path;
}

/** A path with one leading slash, no empty parts and no trailing slash. */
function normalize(path: string): string {
  return '/' + path.split('/').filter(Boolean).join('/');
}

/** Location of a URI as users know it: the path, and the name of the pond. */
export function shownLocation(uri: vscode.Uri): string {
  const location = parsePondUri(uri);
  if (location === undefined) return uri.path;
  return `${location.path}${location.at === undefined ? '' : `@${location.at}`} in ${pondName(location.pond)}`;
}

/** Display name of a pond: that of its folder in the explorer, else of its directory on the host. */
export function pondName(pond: string): string {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => {
    const location = parsePondUri(uri);
    return location?.pond === pond && location.path === '/';
  });
  return folder?.name ?? directoryName(pond);
}

/** Name of a pond's directory, or of the parent directory if it is named `.pond`. */
export function directoryName(pond: string): string {
  const parts = pond.split(/[\\/]/).filter(Boolean);
  const last = parts.at(-1) ?? pond;
  return last === '.pond' ? (parts.at(-2) ?? last) : last.replace(/\.pond$/, '');
}
