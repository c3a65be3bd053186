import { PondError } from '../base/error.ts';
import { printable } from '../base/printable.ts';
import { isTemporaryName } from '../storage/durable.ts';
import { hostNameProblem } from '../storage/hostNameProblem.ts';

/** Maximum length of a key with its prefix, in bytes of UTF-8: that of S3. */
const keyBytesMax = 1024;

const controlCharacter = /[\0-\x1f\x7f]/;
const loneSurrogate = /\p{Cs}/u;

/**
 * Fails `invalid-path` unless every store can hold an object of that key: names joined by `/`, none empty, `.` or `..`
 * or reserved for temporary files, without control characters, at most 1,024 bytes.
 */
export function checkKey(key: string): void {
  const problem = keyProblem(key);
  if (problem === undefined) return;
  throw new PondError('invalid-path', `'${printable(key.slice(0, 200))}' is not the key of an object: ${problem}`);
}

/** True for a key that `checkKey` accepts. Listings leave out all others, such as the folder markers of consoles. */
export function isKey(key: string): boolean {
  return keyProblem(key) === undefined;
}

function keyProblem(key: string): string | undefined {
  if (Buffer.byteLength(key) > keyBytesMax) return `it has more than ${keyBytesMax} bytes`;
  if (controlCharacter.test(key) || loneSurrogate.test(key)) return 'it has a control character or a broken one';
  for (const name of key.split('/')) {
    if (name === '' || name === '.' || name === '..') return "it has an empty name, '.' or '..'";
    if (isTemporaryName(name)) return `the name ${name} is reserved for temporary files`;
  }
  return hostNameProblem(key);
}

/** Orders two keys by their bytes in UTF-8, as stores list them: negative when `a` comes first. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
