/** Rules of the source code that need its syntax: each function returns the violations as `path:line what`. */
import { posix } from 'node:path';
import ts from 'typescript';
import { eachNode, type SourceFile, syntaxOf } from './sourceFiles.ts';

/** Exported names of `product` that no other file of `all` imports: they need no `export`. */
export function exportsUsedInOneFile(product: readonly SourceFile[], all: readonly SourceFile[]): readonly string[] {
  const imported = new Set(all.flatMap(importedNames));
  return product.flatMap((file) =>
    exportedNames(file)
      .filter(({ text }) => !imported.has(`${file.path} ${text}`) && !imported.has(`${file.path} *`))
      .map((name) => at(file, name, name.text)),
  );
}

/** Untagged templates that insert values into SQL. */
export function untaggedSql(product: readonly SourceFile[]): readonly string[] {
  return product.flatMap((file) =>
    found(file, (node) => {
      if (!ts.isTemplateExpression(node) || ts.isTaggedTemplateExpression(node.parent)) return [];
      const texts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(' ');
      return isSql(texts) ? [at(file, node, node.getText().split('\n')[0] ?? '')] : [];
    }),
  );
}

/** String literals and property names that are one of `names`. */
export function literalsAmong(names: ReadonlySet<string>, product: readonly SourceFile[]): readonly string[] {
  return product.flatMap((file) =>
    found(file, (node) => {
      const isText = ts.isStringLiteralLike(node) || (ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent));
      return isText && names.has(node.text) ? [at(file, node, node.text)] : [];
    }),
  );
}

/** What a function finds in the nodes of a file, in order. */
function found<T>(file: SourceFile, look: (node: ts.Node) => readonly T[]): readonly T[] {
  const all: T[] = [];
  eachNode(file, (node) => all.push(...look(node)));
  return all;
}

/** Two keywords of one statement, in capitals: a message that mentions one is no SQL. */
function isSql(text: string): boolean {
  return /\bSELECT\b[^]*(\bFROM\b|\bAS\b)|\bCOPY\b[^]*\bTO\b|\b(CREATE|DROP|ATTACH|INSERT|PRAGMA|DESCRIBE)\b [A-Z("]|\bFROM [a-z_(]|^SET \w+/.test(
    text,
  );
}

function at(file: SourceFile, node: ts.Node, what: string): string {
  return `${file.path}:${syntaxOf(file).getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`;
}

function exportedNames(file: SourceFile): readonly ts.Identifier[] {
  return syntaxOf(file).statements.flatMap((node): readonly ts.Identifier[] => {
    const isExported = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isExportKeyword) === true;
    if (!isExported) return [];
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name] : []));
    }
    const { name } = node as ts.DeclarationStatement;
    return name !== undefined && ts.isIdentifier(name) ? [name] : [];
  });
}

const isExportKeyword = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.ExportKeyword;

/** `path name` of each name that a file imports or exports again, `path *` where it takes them all. */
function importedNames(file: SourceFile): readonly string[] {
  // Only an import in the middle of a file is not one of its statements.
  const nodes = file.text.includes('import(') ? found(file, (node) => [node]) : syntaxOf(file).statements;
  return nodes.flatMap((node) => {
    if (ts.isImportDeclaration(node)) return namesOf(file, node.moduleSpecifier, node.importClause?.namedBindings);
    if (ts.isExportDeclaration(node)) return namesOf(file, node.moduleSpecifier, node.exportClause);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return namesOf(file, node.argument.literal);
    const isImport = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    return isImport ? namesOf(file, node.arguments[0]) : [];
  });
}

function namesOf({ path }: SourceFile, from: ts.Node | undefined, bindings?: ts.Node): readonly string[] {
  if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith('.')) return [];
  const target = posix.join(posix.dirname(path), from.text);
  const isNamed = bindings !== undefined && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings));
  const names = isNamed ? bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text) : ['*'];
  return names.map((name) => `${target} ${name}`);
}
