/** Commands that pages, hints and messages name: a person types them as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../client/cli/commandLine.ts';
import { verbs } from '../../client/cli/verbs.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { isCode, type SourceFile, sourceFiles } from '../support/sourceFiles.ts';

/** Commands in a page: in code within a sentence or a cell of a table, and lines of blocks. */
function commandsOfPage(page: string): readonly string[] {
  const inline = [...page.matchAll(/(?<!`)`pond ([a-z][^`]*)`(?!`)/g)].map(([, text = '']) => text);
  const blocks = [...page.matchAll(/^ *```\w*\n([^]*?)^ *```$/gm)].map(([, text = '']) => text.replace(/\\\n/g, ' '));
  const lines = blocks.flatMap((block) => [...block.matchAll(/^ *(?:\$ )?(?:[A-Z_]+=\S+ )?pond ([a-z].*)$/gm)]);
  return [...inline, ...lines.map(([, text = '']) => text)].map((text) => text.replaceAll(String.raw`\|`, '|'));
}

/** Commands in quotes, as hints and messages name them; an inserted value counts as a word. */
function commandsOfCode(code: string): readonly string[] {
  const plain = code.replace(/\$\{[^{}]*\}/g, 'X');
  return [...plain.matchAll(/'pond ([a-z][^'\n]*)'/g)].map(([, text = '']) => text);
}

/** The words of a command, up to a comment, a pipe or a redirection of the shell. */
function wordsOf(command: string): readonly string[] {
  const words = [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word);
  const end = words.findIndex((word) => /^([|>&;#]|[0-9]>)/.test(word));
  return words.slice(0, end === -1 ? undefined : end).map((word) => word.replace(/(['"])([^]*?)\1/g, '$2'));
}

/** The reason that a command is refused; undefined for one that is taken, or that is named without its arguments. */
function refusalOf(command: string): string | undefined {
  try {
    parseCommandLine(verbs, wordsOf(command));
    return undefined;
  } catch (error) {
    if (!isPondError(error) || error.code !== 'usage') throw error;
    const isShortened = /^too few arguments|^the value of .* is missing/.test(error.message);
    return isShortened ? undefined : `pond ${command}: ${error.message}`;
  }
}

const commandsOf = (file: SourceFile): readonly string[] =>
  isCode(file) ? commandsOfCode(file.text) : commandsOfPage(file.text);

test('every command that a page, a hint or a message names is one that pond takes', () => {
  const named = sourceFiles().filter(({ path }) => /^(server|client|docs)\/|^(README|CONTRIBUTING)\.md$/.test(path));
  const commands = named.flatMap((file) => commandsOf(file).map((command) => ({ path: file.path, command })));
  assert.ok(commands.length > 200, `${commands.length} commands`);
  const refused = commands.flatMap(({ path, command }) => {
    const reason = refusalOf(command);
    return reason === undefined ? [] : [`${path}: ${reason}`];
  });
  assert.deepEqual(refused, []);
});

const { contributes } = JSON.parse(sourceFiles().find(({ path }) => path === 'package.json')?.text ?? '') as {
  readonly contributes: { readonly commands: readonly { readonly title: string }[] };
};
const titles = contributes.commands.map(({ title }) => title.replace('…', ''));

/** Commands of the editor that a text names and that do not exist: no title begins the words after `Pond: `. */
function unknownTitles(text: string): readonly string[] {
  const named = [...text.replace(/\s+/g, ' ').matchAll(/\bPond: ((?:[A-Z]|to |in )[^"*`'|]{0,40})/g)].map(
    ([, words = '']) => words,
  );
  return named.filter((words) => !titles.some((title) => words.startsWith(title)));
}

test('every command of the editor that a page or a message names exists', () => {
  const naming = sourceFiles().filter(({ path }) => /^(client|server|docs)\/|^(README|CONTRIBUTING)\.md$/.test(path));
  const texts = naming.map(({ path, text }) => ({ path, unknown: unknownTitles(text) }));
  assert.deepEqual(
    texts.filter(({ unknown }) => unknown.length > 0),
    [],
  );
  assert.deepEqual(unknownTitles('Run "Pond: State Format…", or with Pond: State How the File Is Read.'), [
    'State How the File Is Read.',
  ]);
});

test('a verb and an option that do not exist are found in pages and in code', () => {
  const page =
    'Run `pond stat /a` or `pond lis \\| sort`.\n```\n$ POND_A=1 pond log --al | sort\npond ls -l  # --none\n```\n';
  assert.deepEqual(commandsOfPage(page), ['stat /a', 'lis | sort', 'log --al | sort', 'ls -l  # --none']);
  assert.deepEqual(commandsOfCode("hint: `See 'pond rm -r ${path}'.` // 'pond'"), ['rm -r X']);
  const refused = ['lis', 'log --al | sort', 'rm -r X', 'ls -l # --none', 'cat'].map((command) => refusalOf(command));
  assert.match(refused[0] ?? '', /^pond lis: /);
  assert.match(refused[1] ?? '', /^pond log --al \| sort: /);
  assert.deepEqual(refused.slice(2), [undefined, undefined, undefined]);
});
