/** Names in the text of a resource document that are part of paths. */

/** A name in a line. */
interface NameInLine {
  readonly text: string;
  /** 0-based characters of the line, `end` exclusive, without quotes. */
  readonly start: number;
  readonly end: number;
  /** True for the name of the resource; false for one that may be a collection's. */
  readonly isResource: boolean;
}

const nameLine = /^( *(?:- +)?)name:[ \t]+(?:"([^"\\]*)"|'([^']*)'|([^\s"'#][^\s#]*))[ \t]*(?:#.*)?$/;

/** Returns the value of the key `name` in a line, 0-based, of a document; undefined for a line without one. */
export function collectionAt(text: string, line: number): NameInLine | undefined {
  const written = text.split(/\r\n|\n|\r/)[line] ?? '';
  const match = nameLine.exec(written);
  if (match === null) return undefined;
  const [, indent = '', double, single, plain] = match;
  const value = double ?? single ?? plain ?? '';
  const start = written.indexOf(value, written.indexOf('name:') + 'name:'.length);
  return value === '' ? undefined : { text: value, start, end: start + value.length, isResource: indent === '' };
}
