/** Pages of the editor show names and values of strangers: none is read as markup or run, by how the pages are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markupSinks } from '../support/sourceRules.ts';
import { isCode, sourceFiles } from '../support/sourceFiles.ts';

const client = sourceFiles().filter((file) => isCode(file) && file.path.startsWith('client/vscode/'));

test('a use of what reads text as markup or as code is found', () => {
  const found = (text: string): number => markupSinks([{ path: 'a.ts', text }]).length;
  for (const text of [
    'cell.innerHTML = name;',
    'cell.outerHTML = name;',
    "cell.insertAdjacentHTML('beforeend', name);",
    "cell['innerHTML'] = name;",
    'frame.srcdoc = name;',
    'document.write(name);',
    'range.createContextualFragment(name);',
    "new DOMParser().parseFromString(name, 'text/html');",
    'eval(name);',
    'new Function(name);',
    "cell.setAttribute('onclick', name);",
    "link.setAttribute('href', name);",
    'link.href = name;',
  ])
    assert.equal(found(text), 1, text);
  assert.equal(found("cell.textContent = name; cell.setAttribute('fill', color); // innerHTML"), 0);
});

test('no page of the editor reads text as markup or as code', () => {
  const scripts = client.filter(({ path }) => path.startsWith('client/vscode/webviews/'));
  assert.ok(scripts.length > 20);
  assert.deepEqual(markupSinks(scripts), []);
});

/** Classes of the selectors of style sheets: those that mark a state of another class, and those that are styled alone. */
function styledClasses(text: string): { readonly states: ReadonlySet<string>; readonly alone: readonly string[] } {
  const rules = text.replace(/\/\*[^]*?\*\//g, '').matchAll(/([^{}]+)\{/g);
  const parts = [...rules].flatMap(([, selectors = '']) =>
    selectors.split(/,(?![^(]*\))/).map((selector) => selector.trim().split(/[\s>+~]+/)),
  );
  const classes = (part: string): readonly string[] => [...part.matchAll(/\.([\w-]+)/g)].map(([, name = '']) => name);
  return {
    states: new Set(parts.flat().flatMap((part) => classes(part).slice(1))),
    alone: parts.map(([first = '']) => classes(first)).flatMap((names) => (names.length === 1 ? names : [])),
  };
}

test('a class that marks a state of cells, such as the selected ones, has no style alone: it would reach the cells', () => {
  const sheets = sourceFiles().filter(({ path }) => /^client\/vscode\/webviews\/.*\.css$/.test(path));
  const { states, alone } = styledClasses(sheets.map(({ text }) => text).join('\n'));
  assert.ok(states.has('selected') && alone.includes('cell'));
  assert.deepEqual(
    alone.filter((name) => states.has(name)),
    [],
  );
  assert.deepEqual(styledClasses('.cell.on { } .on span { }').alone, ['on']);
});

test('a page runs its own script alone, and loads from its own folder and nowhere else', () => {
  const policies = client.flatMap(({ text }) =>
    [...text.matchAll(/`(default-src [^`]*)`/g)].map(([, policy]) => policy),
  );
  assert.deepEqual(policies, [
    "default-src 'none'; style-src ${webview.cspSource}; img-src blob:; script-src 'nonce-${nonce}'",
  ]);
  const lines = client.flatMap(({ text }) => text.split('\n'));
  const made = lines.filter((line) => /\.html = /.test(line));
  assert.ok(made.length > 0);
  for (const line of made)
    assert.match(line, /\.html = webviewPage\([\w.#]+, assets, \{ name: '\w+', title: '[\w ]+' \}\)/);
  const enabling = lines.filter((one) => /enableScripts/.test(one));
  assert.equal(enabling.length, made.length);
  for (const line of enabling) assert.match(line, /\{ enableScripts: true, localResourceRoots: \[assets\] \}/);
  assert.ok(!lines.some((line) => /isTrusted: true|supportHtml|enableCommandUris/.test(line)));
});

test('a page moves the focus by focus.ts alone, which leaves it where the user is', () => {
  // Those that are ours, and do not take the focus themselves.
  const own = /(?:\bthis|\bon|\bhost|\bform|\btable|#on|#host)\.focus\(/g;
  const takesFocus = ({ text }: { readonly text: string }): boolean => /\.focus\(/.test(text.replaceAll(own, ''));
  assert.ok(
    takesFocus({ text: 'again?.focus();' }) && !takesFocus({ text: 'this.#on.focus(); closed: () => on.focus()' }),
  );
  const pages = client.filter(({ path }) => path.startsWith('client/vscode/webviews/'));
  assert.deepEqual(
    pages.filter(takesFocus).map(({ path }) => path),
    ['client/vscode/webviews/focus.ts'],
  );
});
