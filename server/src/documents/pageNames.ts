/** Converts names of a pond to names of files and pages, and escapes its texts for other languages. */
import { sha256Of } from '../base/sha256.ts';
import { printableLines } from '../base/printable.ts';

/** Names that Windows reserves for devices, and one that represents its folder on the web. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d|index|404)(\.|$)/i;

/**
 * Extensions that Framework gives a special meaning: scripts that it runs during a build to create the file of the same
 * name without the extension (https://observablehq.com/framework/data-loaders), and pages, with the scripts in them. A
 * template's text must not get such a name by chance, so callers append the extension of a page.
 */
const special = /\.(js|ts|jsx|tsx|py|r|rs|go|java|jl|php|sh|exe|md)$/i;

/** Generates unique names that are valid on all hosts and in all browsers. */
export interface Slugs {
  /**
   * Returns a name of letters, digits, `-`, `_` and `.` that resembles `name`, in lower case; the same for equal
   * `folder` and `name`.
   */
  of(folder: string, name: string): string;
  /**
   * Returns a name as `of` does, without `.`: what follows a dot in the address of a page counts as its extension, so
   * `v1.5` would lead nowhere.
   */
  ofPage(folder: string, name: string): string;
}

/**
 * Returns a generator of names; the same order of calls gives the same names. An ambiguous name gets digits of its hash
 * appended, not a count, so the address of a page stays when others are added before it.
 */
export function createSlugs(): Slugs {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const nameFor = (folder: string, name: string, plain: string): string => {
    const key = JSON.stringify([folder, name]);
    const known = given.get(key);
    if (known !== undefined) return known;
    let slug = plain;
    for (let length = 6; taken.has(`${folder}/${slug}`); length++) slug = `${plain}-${digitsOf(name, length)}`;
    taken.add(`${folder}/${slug}`);
    given.set(key, slug);
    return slug;
  };
  return {
    of: (folder, name) => nameFor(folder, name, plainName(name)),
    ofPage: (folder, name) => nameFor(folder, name, plainName(name).replaceAll('.', '-')),
  };
}

/**
 * Escapes a text for Markdown and HTML, also between quotes and on a page with expressions. Invisible characters, which
 * could reorder the page, are shown as escapes.
 */
export function pageText(text: string): string {
  return printableLines(text).replace(/[^\p{L}\p{N} ,.:;/=+%-]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** Returns a value as a JavaScript literal that is safe in a script on a page. */
export function scriptValue(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Returns the path from a page to a file, both relative to the root of the site. */
export function pathFrom(page: string, file: string): string {
  const up = '../'.repeat(page.split('/').length - 1);
  return up === '' ? `./${file}` : `${up}${file}`;
}

function plainName(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const plain = ascii.replace(/[^a-z0-9._]+/g, '-').replace(/^[-._]+|[-.]+$/g, '');
  // Letters of other scripts are dropped, so many names would become equal.
  if (/[^\P{L}a-z]|[^\P{N}0-9]/u.test(ascii)) return `${plain.slice(0, 70) || 'x'}-${digitsOf(name, 6)}`;
  if (plain === '') return 'x';
  const short = reserved.test(plain) ? `${plain.slice(0, 80).replace('.', '-')}-` : plain.slice(0, 80);
  return short.replace(special, '-$1');
}

function digitsOf(name: string, length: number): string {
  return sha256Of(name).slice(0, length);
}
