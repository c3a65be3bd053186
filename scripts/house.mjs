/**
 * `node scripts/house.mjs [FOLDER…]` prints the figures by which the structure of the code is judged (see
 * server/ARCHITECTURE.md): sizes of files and functions, imports, depth of the import graph, names used twice.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './run.mjs';

/** @typedef {{ path: string, text: string, source: ts.SourceFile, imports: readonly string[] }} CodeFile */

/** @type {Map<string, number>} */
const depths = new Map();
const folders = process.argv.slice(2);
const files = (folders.length > 0 ? folders : ['server/src', 'client']).flatMap(filesBelow).map(parse);
const known = new Map(files.map((file) => [file.path, file]));
for (const line of report()) console.log(line);

/** @returns {string[]} */
function report() {
  const lines = files.map(({ text }) => text.split('\n').length);
  const functions = files.flatMap(functionsOf);
  const longest = functions.reduce((a, b) => (b.lines > a.lines ? b : a));
  const twice = [...exportedTypes()].filter(([, paths]) => paths.length > 1).map(([name]) => name);
  return [
    `files ${files.length}, lines ${lines.reduce((a, b) => a + b, 0)}`,
    `lines of a file: ${spread(lines)}`,
    `lines of a function: ${spread(functions.map((one) => one.lines))}; longest ${longest.name} in ${longest.path}`,
    `imports of a file: ${spread(files.map(({ imports }) => imports.length))}`,
    `import depth: ${Math.max(...files.map(({ path }) => depthOf(path)))}`,
    `exported type names used twice: ${twice.length}${twice.length > 0 ? ` (${twice.join(', ')})` : ''}`,
  ];
}

/** @param {readonly number[]} values */
function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `median ${at(0.5)}, p90 ${at(0.9)}, max ${sorted.at(-1)}`;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/**
 * @param {string} file
 * @returns {CodeFile}
 */
function parse(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imports = source.statements.flatMap((statement) => {
    const from =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? statement.moduleSpecifier : undefined;
    const name = from !== undefined && ts.isStringLiteral(from) ? from.text : '';
    return name.startsWith('.') ? [path.posix.join(path.posix.dirname(file), name)] : [];
  });
  return { path: file, text, source, imports: [...new Set(imports)] };
}

/**
 * Every function that has a body, with its name where it has one.
 * @param {CodeFile} file
 */
function functionsOf({ path: file, source }) {
  /** @type {{ path: string, name: string, lines: number }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const [first, last] = [node.getStart(source), node.end].map(
        (at) => source.getLineAndCharacterOfPosition(at).line,
      );
      const name = node.name === undefined ? 'a function without a name' : node.name.getText(source);
      found.push({ path: file, name, lines: (last ?? 0) - (first ?? 0) + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The files that export a type of each name. */
function exportedTypes() {
  /** @type {Map<string, string[]>} */
  const types = new Map();
  for (const { path: file, source } of files) {
    for (const node of source.statements) {
      const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
      if (!isType || node.name === undefined) continue;
      if (!node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
      types.set(node.name.text, [...(types.get(node.name.text) ?? []), file]);
    }
  }
  return types;
}

/**
 * Files on the longest way down from a file through its imports, itself included; there are no cycles.
 * @param {string} file
 * @returns {number}
 */
function depthOf(file) {
  const done = depths.get(file);
  if (done !== undefined) return done;
  const below = (known.get(file)?.imports ?? []).filter((name) => known.has(name)).map(depthOf);
  const depth = 1 + Math.max(0, ...below);
  depths.set(file, depth);
  return depth;
}
