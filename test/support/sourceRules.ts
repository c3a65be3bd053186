/** Rules of the source code that need its syntax: each function returns the violations as `path:line what`. */
import { posix } from 'node:path';
import ts from 'typescript';
import { eachNode, type SourceFile, syntaxOf } from './sourceFiles.ts';

/** Exported names of `product` that no other file of `all` imports: they need no `export`. */
export function exportsUsedInOneFile(product: readonly SourceFile[], all: readonly SourceFile[]): readonly string[] {
  const imported = new Set(all.flatMap(importedNames));
  const isUnused = ({ path }: SourceFile, name: string): boolean =>
    !imported.has(`${path} ${name}`) && !imported.has(`${path} *`);
  // Only what looks unused is parsed: the syntax of all files takes longer than all other rules.
  const suspects = product.filter(
    (file) =>
      /^export (?:type )?\{/m.test(file.text) ||
      [...file.text.matchAll(exportPattern)].some(([, name = '']) => isUnused(file, name)),
  );
  return suspects.flatMap((file) =>
    exportedNames(file)
      .filter(({ text }) => isUnused(file, text))
      .map((name) => at(file, name, name.text)),
  );
}

/** In every text that isSql matches: other files need not be parsed. */
const sqlKeyword = /select|copy|create|drop|attach|insert|delete|update|pragma|describe|from|set/i;

/** Untagged templates, sums and joined lists of texts of the server that insert values into SQL. */
export function untaggedSql(product: readonly SourceFile[]): readonly string[] {
  const withKeyword = product.filter(({ path, text }) => path.startsWith('server/') && sqlKeyword.test(text));
  return withKeyword.flatMap((file) =>
    found(file, (node) => {
      const parts = partsOf(node);
      const texts = parts.map((part) =>
        ts.isLiteralExpression(part) || ts.isTemplateLiteralToken(part) ? part.text : '',
      );
      return texts.includes('') && isSql(texts.join(' ')) ? [at(file, node, node.getText().split('\n')[0] ?? '')] : [];
    }),
  );
}

/** Hints that are not sentences, except lines of usage, which a full stop would change. */
export function fragmentHints(product: readonly SourceFile[]): readonly string[] {
  const withHint = product.filter(({ text }) => /hint/i.test(text));
  return withHint.flatMap((file) =>
    found(file, (node) => {
      const isNamed =
        (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && /hints?$/i.test(node.name.getText());
      const isResult = ts.isFunctionDeclaration(node) && /hint/i.test(node.name?.text ?? '');
      const values = isNamed && node.initializer ? [node.initializer] : isResult ? returnedBy(node) : [];
      return values.flatMap(textsIn).flatMap((text) => (isSentence(text) ? [] : [at(file, text, text.getText())]));
    }),
  );
}

function returnedBy(node: ts.Node): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  ts.forEachChild(node, (child) => {
    if (ts.isReturnStatement(child) && child.expression) found.push(child.expression);
    else found.push(...returnedBy(child));
  });
  return found;
}

/** Texts that an expression may be: those of both branches of a condition, and of the properties of an object. */
function textsIn(node: ts.Expression): readonly (ts.StringLiteralLike | ts.TemplateExpression)[] {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return [node];
  if (ts.isParenthesizedExpression(node)) return textsIn(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(textsIn);
  if (ts.isBinaryExpression(node)) return [node.left, node.right].flatMap(textsIn);
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) ? textsIn(property.initializer) : [],
  );
}

function isSentence(node: ts.StringLiteralLike | ts.TemplateExpression): boolean {
  const [start, end] = ts.isStringLiteralLike(node)
    ? [node.text, node.text]
    : [node.head.text || 'A', node.templateSpans.at(-1)?.literal.text || '.'];
  // An empty text stands for no hint.
  return /^(Usage: |$)/.test(start) || (/^[^a-z]/.test(start) && /[.!?…]["')]?$/.test(end));
}

/** Attempts to parse JSON whose failures are all taken for malformed text, those of the code around it too. */
export function guardedParses(product: readonly SourceFile[]): readonly string[] {
  return product
    .filter(({ text }) => text.includes('JSON.parse('))
    .flatMap((file) =>
      found(file, (node) => {
        const isGuarded = ts.isTryStatement(node) && node.catchClause && !node.catchClause.variableDeclaration;
        return isGuarded && node.tryBlock.getText().includes('JSON.parse(') ? [at(file, node, 'JSON.parse')] : [];
      }),
    );
}

/** Name of a type whose class typeClass.ts decides. */
const className = /\b([A-Z]+INT|INTEGER|DECIMAL|FLOAT|DOUBLE|DATE|TIMESTAMP)\b|\)\??INT\b/;

/** Patterns from the start of a text, and calls of `startsWith`, that decide about the name of a type. */
export function typeDecisions(product: readonly SourceFile[]): readonly string[] {
  const withName = product.filter(({ text }) => className.test(text));
  return withName.flatMap((file) =>
    found(file, (node) => {
      const isPattern = ts.isRegularExpressionLiteral(node) && node.text.startsWith('/^');
      const isStart = ts.isCallExpression(node) && /\.startsWith$/.test(node.expression.getText());
      const text = isPattern ? node.text.slice(1) : isStart ? (node.arguments[0]?.getText() ?? '') : '';
      return className.test(text) ? [at(file, node, node.getText())] : [];
    }),
  );
}

/** What a node puts together to a text: texts and inserted values. [] for any other node, and for tagged templates. */
function partsOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isTemplateExpression(node) && !ts.isTaggedTemplateExpression(node.parent)) {
    return [node.head, ...node.templateSpans.flatMap(({ expression, literal }) => [expression, literal])];
  }
  if (isSum(node) && !isSum(node.parent)) return summandsOf(node);
  const isJoin = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression);
  const list = isJoin && node.expression.name.text === 'join' ? node.expression.expression : undefined;
  return list !== undefined && ts.isArrayLiteralExpression(list) ? list.elements : [];
}

function isSum(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

function summandsOf(node: ts.Expression): readonly ts.Expression[] {
  return isSum(node) ? [...summandsOf(node.left), ...summandsOf(node.right)] : [node];
}

/** Texts and property names that are one of `names`, and texts with one as a directory of a path. */
export function literalsAmong(names: ReadonlySet<string>, product: readonly SourceFile[]): readonly string[] {
  const withName = product.filter(({ text }) => [...names].some((name) => text.includes(name)));
  const inPath = new RegExp(`(?:^|/)(?:${[...names].join('|')})/`);
  return withName.flatMap((file) =>
    found(file, (node) => {
      const isText = ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node);
      const isKey = ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent);
      const isName = (isText || isKey) && names.has(node.text);
      return isName || (isText && inPath.test(node.text)) ? [at(file, node, node.text)] : [];
    }),
  );
}

/** Types of `users` with the members of one of `shared`, which they may import, as `path:line NAME (SHARED)`. */
export function declaredAgain(shared: readonly SourceFile[], users: readonly SourceFile[]): readonly string[] {
  const known = new Map(shared.flatMap(typesOf).map(({ name, members }) => [members, name.text]));
  return users.flatMap((file) =>
    typesOf(file).flatMap(({ name, members }) => {
      const same = known.get(members);
      return same === undefined ? [] : [at(file, name, `${name.text} (${same})`)];
    }),
  );
}

interface DeclaredType {
  readonly name: ts.Identifier;
  /** Its members without comments, sorted. */
  readonly members: string;
}

/** The unions of a file, and its types of three members or more: two numbers are equal in many types. */
function typesOf(file: SourceFile): readonly DeclaredType[] {
  return syntaxOf(file).statements.flatMap((node): readonly DeclaredType[] => {
    const members = membersOf(node);
    if (members === undefined) return [];
    const { name } = node as ts.InterfaceDeclaration | ts.TypeAliasDeclaration;
    return [
      {
        name,
        members: members
          .map((member) => withoutComments(file, member))
          .toSorted()
          .join(';'),
      },
    ];
  });
}

/** Members of a type that is compared; undefined for any other node. An interface that extends another has more. */
function membersOf(node: ts.Node): readonly ts.Node[] | undefined {
  if (ts.isTypeAliasDeclaration(node) && ts.isUnionTypeNode(node.type)) return node.type.types;
  const literal = ts.isTypeAliasDeclaration(node) ? node.type : node;
  const isOwn = ts.isTypeLiteralNode(literal) || (ts.isInterfaceDeclaration(literal) && !literal.heritageClauses);
  return isOwn && literal.members.length >= 3 ? literal.members : undefined;
}

const printer = ts.createPrinter({ removeComments: true });

function withoutComments(file: SourceFile, node: ts.Node): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, syntaxOf(file)).replace(/\breadonly |\s+/g, '');
}

/** Functions whose parameters and statements are those of an earlier one, as `path:line NAME (PATH NAME)`. */
export function copiedFunctions(product: readonly SourceFile[]): readonly string[] {
  const known = new Map<string, string>();
  return product.flatMap((file) =>
    syntaxOf(file).statements.flatMap((node) => {
      if (!ts.isFunctionDeclaration(node) || node.body === undefined || node.name === undefined) return [];
      const parts = [...node.parameters, node.body].map((part) => withoutComments(file, part));
      const [text, first] = [parts.join(), known.get(parts.join())];
      if (first === undefined) known.set(text, `${file.path} ${node.name.text}`);
      return first === undefined || text.length < copyLengthMin ? [] : [at(file, node, `${node.name.text} (${first})`)];
    }),
  );
}

/** Characters without spaces; two shorter functions may be equal by chance. */
const copyLengthMin = 100;

/** Members and functions that read a text as markup, as code or as an address. */
const sinks = new Set(
  'innerHTML outerHTML insertAdjacentHTML setHTMLUnsafe srcdoc write writeln createContextualFragment DOMParser eval Function href'.split(
    ' ',
  ),
);

/** Uses of what reads a text as markup, as code or as an address, in code for a browser. */
export function markupSinks(product: readonly SourceFile[]): readonly string[] {
  return product.flatMap((file) =>
    found(file, (node) => {
      if (ts.isSourceFile(node)) return [];
      const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
      const isCalled =
        (ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) && node.parent.expression === node;
      const isName = ts.isIdentifier(node) && (isMember || isCalled) && sinks.has(node.text);
      const isText = ts.isStringLiteralLike(node) && (sinks.has(node.text) || /^on[a-z]+$/.test(node.text));
      const isKey = isText && (ts.isElementAccessExpression(node.parent) || isAttribute(node.parent));
      return isName || isKey ? [at(file, node, node.text)] : [];
    }),
  );
}

function isAttribute(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /\.setAttribute(NS)?$/.test(node.expression.getText());
}

/** Members of vscode.window by which the user is asked in a list or a box of the palette. */
const questions = /^(showQuickPick|showInputBox|createQuickPick|createInputBox)$/;

/**
 * Questions of the editor that are not steps of one `QuickSteps.ask`: asked by VS Code's functions, in lists that no steps
 * show, or in the second `ask` of a function. Such a list closes when a webview takes the focus late.
 */
export function separateQuestions(product: readonly SourceFile[]): readonly string[] {
  const asking = product.filter(({ path, text }) => /QuickSteps|QuickPick|InputBox/.test(text) && isAsking(path));
  return asking.flatMap((file) => {
    const isShown = file.text.includes('steps.show(');
    return found(file, (node) => {
      if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return asksIn(node).slice(1);
      const name = ts.isPropertyAccessExpression(node) ? node.name.text : '';
      return questions.test(name) && !(isShown && name.startsWith('create')) ? [node] : [];
    }).map((node) => at(file, node, node.getText()));
  });
}

/**
 * Folders that Node makes with their parents, which never ends below one that takes no new names, and temporary ones that
 * a killed process leaves for good. A script in a text runs in the project of a website, without our code.
 */
export function carelessFolders(product: readonly SourceFile[]): readonly string[] {
  const making = product.filter(({ text }) => /\bmkd(ir|temp)/.test(text));
  return making.flatMap((file) =>
    found(file, (node) => {
      const call = ts.isCallExpression(node) ? node.getText() : '';
      return /^[\w.]*(mkdtemp|mkdir(Sync)?\([^]*\brecursive\b)/.test(call) ? [at(file, node, call)] : [];
    }),
  );
}

/** Uses of the URI of the active text editor, which knows no tables, in place of `activeUri`. */
export function editorUris(product: readonly SourceFile[]): readonly string[] {
  const using = product.filter(({ path, text }) => text.includes(editorUri) && !path.endsWith('/activeFile.ts'));
  return using.flatMap((file) =>
    found(file, (node) => (node.getText() === editorUri ? [at(file, node, editorUri)] : [])),
  );
}

const editorUri = 'vscode.window.activeTextEditor?.document.uri';

/** Members that TypeScript alone keeps private, in place of `#name`; constructors have no other way. */
export function privateWords(product: readonly SourceFile[]): readonly string[] {
  const withWord = product.filter(({ text }) => /^\s+private (?!constructor)/m.test(text));
  return withWord.flatMap((file) =>
    found(file, (node) => {
      const isPrivate = node.kind === ts.SyntaxKind.PrivateKeyword && !ts.isConstructorDeclaration(node.parent);
      return isPrivate ? [at(file, node, node.parent.getText().split('\n')[0] ?? '')] : [];
    }),
  );
}

/** quickSteps.ts itself makes the lists and boxes. */
const isAsking = (path: string): boolean => path.startsWith('client/vscode/') && !path.endsWith('/quickSteps.ts');

function asksIn(node: ts.Node): readonly ts.Node[] {
  const asks: ts.Node[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isPropertyAccessExpression(child) && child.getText() === 'QuickSteps.ask') asks.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return asks;
}

/** What a function finds in the nodes of a file, in order. */
function found<T>(file: SourceFile, look: (node: ts.Node) => readonly T[]): readonly T[] {
  const all: T[] = [];
  eachNode(file, (node) => all.push(...look(node)));
  return all;
}

/** Keywords of a statement in capitals, anywhere: a message that mentions one is not SQL. */
const sqlInCapitals =
  /\bSELECT\b[^]*(\bFROM\b|\bAS\b)|\bCOPY\b[^]*\bTO\b|\b(CREATE|DROP|ATTACH|INSERT|PRAGMA|DESCRIBE)\b [A-Z("]|\bFROM [a-z_(]|^SET \w+/;

/** The beginning of a statement, however it is written. */
const sqlStart =
  /^[\s(]*(?:select\b[^]*\b(?:from|as)\b|with\b[^]*\bas\b[\s(]*select|copy\b[^]*\bto\b|update\b[^]*\bset\b|delete\s+from|(?:create|drop|attach|insert|pragma|describe|from)\b|set\s+\w+\s*=)/i;

function isSql(text: string): boolean {
  return sqlInCapitals.test(text) || sqlStart.test(text);
}

function at(file: SourceFile, node: ts.Node, what: string): string {
  return `${file.path}:${syntaxOf(file).getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`;
}

function exportedNames(file: SourceFile): readonly ts.Identifier[] {
  return syntaxOf(file).statements.flatMap((node): readonly ts.Identifier[] => {
    if (ts.isExportDeclaration(node)) return listedNames(node);
    const isExported = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isExportKeyword) === true;
    if (!isExported) return [];
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name] : []));
    }
    const { name } = node as ts.DeclarationStatement;
    return name !== undefined && ts.isIdentifier(name) ? [name] : [];
  });
}

/** Names in the braces of an export: of this file, or of another one whose names it exports again. */
function listedNames({ exportClause }: ts.ExportDeclaration): readonly ts.Identifier[] {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
  return exportClause.elements.flatMap(({ name }) => (ts.isIdentifier(name) ? [name] : []));
}

const isExportKeyword = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.ExportKeyword;

/** An exported declaration with its name, or a text that looks like one. */
const exportPattern =
  /^export (?:declare |abstract |async )*(?:function\*?|class|interface|type|enum|const|let|namespace) (\w+)/gm;

/** What is imported or exported again, and from where; the formatter writes each at the start of a line. */
const importPattern = /^(?:import|export)\b(?:([^'"`;()=]*)\bfrom)?\s*'(\.[^']+)'/gm;

/** A module imported in the middle of a file. */
const lazyImportPattern = /\bimport\(\s*'(\.[^']+)'/g;

/** `path name` of each name that a file imports or exports again, `path *` where it takes them all. */
function importedNames({ path, text }: SourceFile): readonly string[] {
  const fileOf = (to: string): string => posix.join(posix.dirname(path), to);
  const all = [...text.matchAll(lazyImportPattern)].map(([, to = '']) => `${fileOf(to)} *`);
  const named = [...text.matchAll(importPattern)].flatMap(([, clause = '', to = '']) =>
    namesIn(clause).map((name) => `${fileOf(to)} ${name}`),
  );
  return [...named, ...all];
}

/** The names in the braces of an import as the other file has them; `*` without braces. */
function namesIn(clause: string): readonly string[] {
  const [, names] = /\{([^}]*)\}/.exec(clause) ?? [];
  if (names === undefined) return ['*'];
  return names.split(',').flatMap((each) => /^\s*(?:type )?(\w+)/.exec(each)?.[1] ?? []);
}
