/** True for a URL, as opposed to a host path. A drive of Windows is one letter, a scheme never. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text);
}
