/** Names of a pond as names of files and pages, and its texts in other languages. */
import { createHash } from 'node:crypto';

/** Names that Windows keeps for devices, and one that stands for its folder on the web. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d|index|404)(\.|$)/i;

/**
 * What Framework runs while it builds a site, to make the file of the same name without this:
 * https://observablehq.com/framework/data-loaders. And what it makes a page of, with the scripts in it. No text that a
 * template gave may be called so by chance: the ending of a page is put to its name by whoever makes it.
 */
const special = /\.(js|ts|jsx|tsx|py|r|rs|go|java|jl|php|sh|exe|md)$/i;

/** Gives out names that all hosts and browsers take, none of them twice. */
export interface Slugs {
  /**
   * A name out of letters, digits, `-`, `_` and `.` that reads like `name`, in lower case; the same for the same
   * `folder` and `name`.
   */
  of(folder: string, name: string): string;
}

/**
 * Returns what gives out names; the same order of asking gives the same names. A name that is not told by its letters
 * alone ends with digits made of it, not with a count: the address of a page stays when others come before it.
 */
export function createSlugs(): Slugs {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return {
    of(folder, name) {
      const key = JSON.stringify([folder, name]);
      const known = given.get(key);
      if (known !== undefined) return known;
      const plain = plainName(name);
      let slug = plain;
      for (let length = 6; taken.has(`${folder}/${slug}`); length++) slug = `${plain}-${digitsOf(name, length)}`;
      taken.add(`${folder}/${slug}`);
      given.set(key, slug);
      return slug;
    },
  };
}

/** A text as Markdown and HTML that shows it as it is, also between quotes and on a page with expressions in it. */
export function pageText(text: string): string {
  return text.replace(/[^\p{L}\p{N} ,.:;/=+%-]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** A value as JavaScript that may stand in a script on a page. */
export function scriptValue(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The path from a page to a file, both relative to the root of the site. */
export function pathFrom(page: string, file: string): string {
  const up = '../'.repeat(page.split('/').length - 1);
  return up === '' ? `./${file}` : `${up}${file}`;
}

function plainName(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const plain = ascii.replace(/[^a-z0-9._]+/g, '-').replace(/^[-._]+|[-.]+$/g, '');
  // Letters of other scripts are lost: what is left of many names would be the same.
  if (/[^\P{L}a-z]|[^\P{N}0-9]/u.test(ascii)) return `${plain.slice(0, 70) || 'x'}-${digitsOf(name, 6)}`;
  if (plain === '') return 'x';
  const short = reserved.test(plain) ? `${plain.slice(0, 80).replace('.', '-')}-` : plain.slice(0, 80);
  return short.replace(special, '-$1');
}

function digitsOf(name: string, length: number): string {
  return createHash('sha256').update(name).digest('hex').slice(0, length);
}
