/**
 * What package.json offers is there: commands of menus, links and first steps, pictures, and settings that something
 * reads.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { verbNames, verbs } from '../../server/src/commands/verbs.ts';
import { isCode, sourceFiles } from '../support/sourceFiles.ts';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly keybindings: readonly { readonly command: string }[];
    readonly viewsWelcome: readonly { readonly contents: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly markdownDescription?: string; readonly default?: unknown }>
      >;
    };
    readonly viewsContainers: { readonly activitybar: readonly { readonly icon: string }[] };
  };
}

const { contributes, activationEvents } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const commands = new Set(contributes.commands.map(({ command }) => command));
const editor = sourceFiles().filter((file) => isCode(file) && file.path.startsWith('client/vscode/'));
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
const linkedIn = (text: string): readonly string[] =>
  [...text.matchAll(/\(command:([\w.]+)/g)].map((link) => link[1] ?? '');

test('every command of a menu, a key, a link or a first step exists, and is registered', () => {
  const named = [
    ...Object.values(contributes.menus).flat(),
    ...contributes.keybindings,
    ...[...contributes.viewsWelcome.map(({ contents }) => contents), ...steps.map(({ description }) => description)]
      .flatMap(linkedIn)
      .map((command) => ({ command })),
  ].map(({ command }) => command);
  assert.deepEqual(
    named.filter((command) => !commands.has(command)),
    [],
  );
  const text = editor.map((file) => file.text).join('\n');
  assert.deepEqual(
    [...commands].filter((command) => !text.includes(`'${command}'`)),
    [],
  );
  assert.ok(contributes.commands.every(({ category }) => category === 'Pond'));
});

/** Commands that neither change a pond nor run what others wrote. */
const readingCommands = [
  ...['open', 'openDiff', 'openMirror', 'openOutput', 'openResource', 'openRunLog', 'showGraph', 'showLog'],
  ...['showHistory', 'filterHistory', 'clearHistoryFilters', 'hideHistoryRuns', 'showHistoryRuns', 'showMoreHistory'],
  ...['refreshHistory', 'refreshResources', 'openCommit', 'copyCommitNumber', 'openVersion', 'compareWithPrevious'],
  ...['compareWithWorking', 'selectForCompare', 'compareWithSelected', 'goToFile', 'findInFiles'],
  ...['cancelRun', 'cancelSearch', 'showServerLog', 'restartServer'],
];

test('a restricted workspace offers the commands that only read', () => {
  const offered = contributes.commands.filter(({ enablement = '' }) => !enablement.includes('isWorkspaceTrusted'));
  assert.deepEqual(offered.map(({ command }) => command).sort(), readingCommands.map((name) => `pond.${name}`).sort());
});

test('the palette lists a command first whose title is typed', () => {
  const words = (title: string): readonly string[] => title.replace('…', '').toLowerCase().split(' ');
  const matches = (typed: readonly string[], title: string): boolean => {
    let matched = 0;
    for (const word of words(title)) if (word.startsWith(typed[matched] ?? ' ')) matched++;
    return matched === typed.length;
  };
  const isOffered = (command: string): boolean =>
    !contributes.menus['commandPalette']?.some((item) => item.command === command && item.when === 'false');
  const titles = contributes.commands.filter(({ command }) => isOffered(command)).map(({ title }) => title);
  const later = titles.flatMap((title) =>
    titles
      .filter((other) => other !== title && matches(words(title), other) && other.localeCompare(title) < 0)
      .map((other) => `${title} after ${other}`),
  );
  assert.deepEqual(later, []);
});

test('every first step is completed by something that happens, and has a picture with words', () => {
  assert.ok(steps.length >= 5);
  for (const { id, completionEvents, media, description } of steps) {
    assert.ok(existsSync(join(root, media.svg)) && media.altText.length > 20, id);
    assert.ok(linkedIn(description).length > 0, id);
    assert.ok(completionEvents.length > 0, id);
    for (const event of completionEvents) {
      const [, kind, name = ''] = /^(onCommand|onContext):(.+)$/.exec(event) ?? [];
      const isKnown =
        kind === 'onCommand' ? commands.has(name) : editor.some(({ text }) => text.includes(`'setContext', '${name}'`));
      assert.ok(isKnown, `${id}: ${event}`);
    }
  }
});

const pages = sourceFiles()
  .filter(({ path }) => /^docs\/.*\.md$/.test(path))
  .map(({ text }) => text)
  .join('\n');

test('every setting has a default and help, and something reads it', () => {
  const text = editor.map((file) => file.text).join('\n');
  for (const [name, { markdownDescription = '', default: value }] of Object.entries(
    contributes.configuration.properties,
  )) {
    assert.match(markdownDescription, /^[A-Z].{20,}\.$/s, name);
    assert.ok(value !== undefined, name);
    const parts = name.split('.');
    const isRead = parts.slice(1).some((_, index) => {
      const [section, key] = [parts.slice(0, index + 1).join('.'), parts.slice(index + 1).join('.')];
      return text.includes(`getConfiguration('${section}')`) && text.includes(`'${key}'`);
    });
    assert.ok(isRead, `${name} is not used`);
    assert.ok(pages.includes(name) || pages.includes(`\`.${parts.at(-1)}\``), `${name} is on no page of docs`);
  }
});

test('every panel that comes back after a reload wakes the extension', () => {
  const types = editor.flatMap(({ text }) =>
    [...text.matchAll(/registerWebviewPanelSerializer\((\w+)/g)].map(([, name = '']) => {
      const declared = new RegExp(`const ${name} = '([\\w.]+)'`);
      const found = [text, ...editor.map((file) => file.text)].find((each) => declared.test(each)) ?? '';
      return declared.exec(found)?.[1] ?? name;
    }),
  );
  assert.ok(types.length >= 2);
  for (const type of types) assert.ok(activationEvents.includes(`onWebviewPanel:${type}`), type);
});

test('the icon of the activity bar is a file', () => {
  for (const { icon } of contributes.viewsContainers.activitybar) assert.ok(existsSync(join(root, icon)), icon);
});

/** Functions and classes of the editor by their names, each with its text. */
const declarations = new Map(
  editor.flatMap(({ text }) =>
    text.split(/^(?=(?:export )?(?:async )?(?:function|const|class) )/m).flatMap((part): [string, string][] => {
      const [, name] = /^(?:export )?(?:async )?(?:function|const|class) (\w+)/.exec(part) ?? [];
      return name === undefined ? [] : [[name, part]];
    }),
  ),
);

/** True for a function that asks for something: itself, or by another function or class. */
function asks(name: string, seen = new Set<string>()): boolean {
  const text = declarations.get(name);
  if (text === undefined || seen.has(name)) return false;
  seen.add(name);
  if (/window\.(?:show(?:Open|Save)Dialog|createQuickPick)\b|\bsteps\.(?:choose|chooseMany|type)\(/.test(text))
    return true;
  return [...text.matchAll(/(?<![.\w])(\w+)\(/g)].some(([, called = '']) => asks(called, seen));
}

/** Commands that ask where a menu does not say what they are about, or the box of Source Control has no message. */
const askSometimes = [
  ...['pond.commit', 'pond.commitSelected', 'pond.openDiff', 'pond.applyResource', 'pond.runResource'],
  ...['pond.openOutput', 'pond.openResource', 'pond.deleteResource', 'pond.openMirror'],
];

test('the titles of commands that ask for something first, and of no others, end in an ellipsis', () => {
  const registered = editor.flatMap(({ text }) => [
    ...text.matchAll(/registerCommand\('(pond\.\w+)', context, (\w+)/g),
  ]);
  const asking = registered.flatMap(([, command = '', name = '']) => (asks(name) ? [command] : []));
  const titled = contributes.commands.flatMap(({ command, title }) => (title.endsWith('…') ? [command] : []));
  assert.equal(registered.length, commands.size);
  assert.deepEqual([...titled, ...askSometimes].sort(), asking.sort());
});

test('a command that changes a pond shows that it is going on', () => {
  const ofCommands = editor.filter(({ path }) => path.startsWith('client/vscode/commands/'));
  const requested = ofCommands.flatMap(({ path, text }) =>
    [...text.matchAll(/\brequest\('(\w+)'/g)].map(([, verb = '']) => ({ path, verb })),
  );
  assert.ok(requested.some(({ verb }) => verb === 'status' || verb === 'diff'));
  assert.deepEqual(
    requested.filter(({ verb }) => verbNames.some((name) => name === verb && verbs[name].access === 'write')),
    [],
  );
});
