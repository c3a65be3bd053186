/** Names of columns that DuckDB offers where a query names one that its tables lack. */

/** Returns the offered names, the likeliest first; empty for any other error. */
export function offeredColumns(message: string): readonly string[] {
  const [, list = ''] =
    /Referenced column .* not found in FROM clause!\s+Candidate bindings: ("[^]*)/.exec(message) ?? [];
  // A quote within a name is not escaped: where the list ends then is unknown.
  const [names = ''] = /^"[^"]+"(?:, "[^"]+")*/.exec(list) ?? [];
  const offered = names.split(', ').flatMap((name) => (name === '' ? [] : [name.slice(1, -1)]));
  return offered.filter((name) => !offered.some((other) => other !== name && isSameOfOther(name, other)));
}

/** True for `a.level` and `b.level`: columns of two tables, which are not written as one name. */
function isSameOfOther(name: string, other: string): boolean {
  const [column, same] = [name, other].map((text) => text.slice(text.indexOf('.')));
  return name.includes('.') && column === same;
}

/**
 * Returns a column as SQL in place of a name: in quotes where that had them or it needs them. Undefined where quotes
 * could end a text of YAML.
 */
export function columnInPlace(name: string, replaced: string, isYaml: boolean): string | undefined {
  const isQuoted = replaced.startsWith('"');
  if (!isQuoted && /^[a-z_]\w*$/i.test(name)) return name;
  return isQuoted || !isYaml ? `"${name}"` : undefined;
}
