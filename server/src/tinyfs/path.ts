import { PondError } from '../base/error.ts';

/**
 * Maximum length of a name in bytes of UTF-8: the limit of host file systems, so that a pond can be exported to one.
 */
const nameBytesMax = 255;

/** Maximum number of names in a path. */
const namesMax = 256;

/** A parsed path. `steps` are names and '..'; '.' and empty components are dropped. */
interface PathSteps {
  readonly absolute: boolean;
  readonly steps: readonly string[];
}

/** A path with 'x/..' cancelled: go `up` directories, then down through `names`. */
interface NormalPath {
  readonly absolute: boolean;
  readonly up: number;
  readonly names: readonly string[];
}

/** Returns the components of a path; '', '.' and '/' have none. Fails `invalid-path`. */
export function splitPath(path: string): PathSteps {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.length > namesMax) {
    const start = `${path.slice(0, 100)}…`;
    throw new PondError('invalid-path', `a path has more than ${namesMax} names: ${start}`, { path: start });
  }
  for (const step of steps) if (step !== '..') checkName(step);
  return { absolute: path.startsWith('/'), steps };
}

/** Returns a path with '.' dropped and 'x/..' cancelled textually. Fails `invalid-path`. */
export function normalizePath(path: string): NormalPath {
  const { absolute, steps } = splitPath(path);
  const names: string[] = [];
  let up = 0;
  for (const step of steps) {
    if (step !== '..') names.push(step);
    else if (names.pop() === undefined) up++;
  }
  return { absolute, up, names };
}

/** Returns `name` when a directory may have an entry of that name. Fails `invalid-path`. */
export function checkName(name: string): string {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new PondError('invalid-path', `${problem}: ${JSON.stringify(name)}`, { path: name });
  return name;
}

/** True when a directory may have an entry of that name. */
export function isName(name: string): boolean {
  return nameProblem(name) === undefined;
}

/** Returns the path of a descendant of a directory; without names the directory itself. */
export function joinPath(directory: string, ...names: readonly string[]): string {
  const joined = [directory.replace(/\/+$/, ''), ...names].join('/');
  return joined === '' ? '/' : joined;
}

/** Returns the last component; '' for the root and the empty path. A trailing slash is ignored. */
export function basename(path: string): string {
  return path.split('/').findLast((component) => component !== '') ?? '';
}

/** Returns the path without its last component: '/' for entries of the root and for the root, '.' for a lone name. */
export function dirname(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  if (slash > 0) return trimmed.slice(0, slash);
  return path.startsWith('/') ? '/' : '.';
}

/** Orders names by the bytes of their UTF-8: negative when `a` comes first, 0 when they are equal. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rankOfUnit(unitA) - rankOfUnit(unitB);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates before U+E000..U+FFFF, UTF-8 after them. */
function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'a name is empty';
  if (name === '.' || name === '..') return 'this name stands for a directory and cannot be given to an entry';
  if (name.includes('/')) return 'a name has a slash in it';
  if (name.includes('\0')) return 'a name has a NUL character in it';
  if (/[\ud800-\udfff]/u.test(name)) return 'a name is not well-formed Unicode';
  if (Buffer.byteLength(name) > nameBytesMax) return `a name is longer than ${nameBytesMax} bytes`;
  return undefined;
}

/** True when `path` is one of `paths` or below one. '/' is above all paths. */
export function isUnder(path: string, paths: readonly string[]): boolean {
  return paths.some((above) => above === '/' || path === above || path.startsWith(`${above}/`));
}
