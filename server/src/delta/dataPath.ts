/** Paths of data files, as the log names them. */

/** Returns the path that a URI reference in the log names, decoded once. Throws a URIError, which parsing rules out. */
export function decodePath(uri: string): string {
  return uri.includes('%') ? decodeURIComponent(uri) : uri;
}

/**
 * False for paths that other engines may use and a table's disk cannot reach: absolute, with a scheme, or leading out.
 */
export function isInsideTable(path: string): boolean {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path) || /[\0\\]/.test(path)) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}
