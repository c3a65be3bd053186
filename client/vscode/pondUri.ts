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

/** Display name of a pond: its folder, or the parent folder if it is named `.pond`. */
export function pondName(pond: string): string {
  const parts = pond.split(/[\\/]/).filter(Boolean);
  const last = parts.at(-1) ?? pond;
  return last === '.pond' ? (parts.at(-2) ?? last) : last.replace(/\.pond$/, '');
}
