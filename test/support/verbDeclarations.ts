/** Declarations of verbs in the source, and lists of their names. */
import ts from 'typescript';
import { eachNode, type SourceFile } from './sourceFiles.ts';

/** A verb's declaration: an entry of a table that says how the verb is loaded. */
interface VerbDeclaration {
  readonly name: string;
  readonly path: string;
  readonly fields: readonly string[];
}

/** Minimum number of names in a reported list. Fewer are other words by chance, or the few verbs that a feature is for. */
const listMin = 8;

/** Members of which a declaration of a verb has one: the function that runs it, or its loader. */
const runners: ReadonlySet<string> = new Set(['load', 'run', 'runStandalone']);

/** The declarations of verbs in a file: object literals with a member `load`, `run` or `runStandalone`, by key. */
export function verbDeclarations(file: SourceFile): readonly VerbDeclaration[] {
  const found: VerbDeclaration[] = [];
  eachNode(file, (node) => {
    if (!ts.isPropertyAssignment(node) || !ts.isObjectLiteralExpression(node.initializer)) return;
    const fields = keysOf(node.initializer);
    if (fields.some((field) => runners.has(field))) found.push({ name: node.name.getText(), path: file.path, fields });
  });
  return found;
}

/** Tables, arrays and unions of a file that consist of names of verbs, and are not their declarations: `path:line`. */
export function verbLists(file: SourceFile, verbs: ReadonlySet<string>): readonly string[] {
  const found: string[] = [];
  eachNode(file, (node) => {
    const names = namesIn(node);
    if (names.length < listMin || !names.every((name) => verbs.has(name))) return;
    found.push(`${file.path}:${node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
  });
  return found;
}

/** The texts in an array or a union, or the keys of an object that declares nothing; none of other nodes. */
function namesIn(node: ts.Node): readonly string[] {
  if (ts.isArrayLiteralExpression(node)) return textsOf(node.elements);
  if (ts.isUnionTypeNode(node))
    return textsOf(node.types.map((type) => (ts.isLiteralTypeNode(type) ? type.literal : type)));
  if (!ts.isObjectLiteralExpression(node)) return [];
  const declares = node.properties.some(
    (member) =>
      ts.isPropertyAssignment(member) &&
      ts.isObjectLiteralExpression(member.initializer) &&
      keysOf(member.initializer).some((key) => runners.has(key)),
  );
  return declares ? [] : keysOf(node);
}

/** The texts of nodes; none unless all are string literals. */
function textsOf(nodes: readonly ts.Node[]): readonly string[] {
  const texts = nodes.flatMap((node) => (ts.isStringLiteral(node) ? [node.text] : []));
  return texts.length === nodes.length ? texts : [];
}

/** The keys of an object literal; none when something is spread into it. */
function keysOf(object: ts.ObjectLiteralExpression): readonly string[] {
  const keys = object.properties.flatMap((member) => (member.name === undefined ? [] : [member.name.getText()]));
  return keys.length === object.properties.length ? keys : [];
}
