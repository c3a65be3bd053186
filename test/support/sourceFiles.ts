/** The checkout's own text files and what they import, for the tests of its structure. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, extname, join, posix, relative, sep } from 'node:path';
import ts from 'typescript';
import { root } from '../../scripts/run.mjs';

/** A file of the checkout. */
export interface SourceFile {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** One file imports another, or a package. */
export interface Import {
  readonly from: string;
  /** A path relative to the checkout, or the name as written for a package or one of Node's modules. */
  readonly to: string;
}

const textual = new Set(['.ts', '.mjs', '.json', '.md', '.yaml', '.yml', '.sql', '.css', '.html', '']);
/** Relative to the checkout. */
const foreign = new Set([
  'node_modules',
  'out',
  '.cache',
  '.git',
  'demo',
  'test/fixtures',
  'package-lock.json',
  'LICENSE',
]);

/** Every text file that people wrote, in path order; what is installed, built or copied from elsewhere is left out. */
export function sourceFiles(): readonly SourceFile[] {
  return filesBelow(root).map((file) => ({ path: relativePath(file), text: readFileSync(file, 'utf8') }));
}

function relativePath(file: string): string {
  return relative(root, file).split(sep).join('/');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !foreign.has(relativePath(join(folder, name))))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(file);
      return entry.isFile() && textual.has(extname(entry.name)) ? [file] : [];
    });
}

/** True for a file of TypeScript or JavaScript. */
export function isCode({ path }: SourceFile): boolean {
  return /\.(ts|mjs)$/.test(path);
}

/** What a file imports, of types and lazily too, in order. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  return ts.preProcessFile(text).importedFiles.map(({ fileName }) => ({
    from: path,
    to: fileName.startsWith('.') ? posix.join(dirname(path), fileName) : fileName,
  }));
}
