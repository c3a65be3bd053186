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
    assert.match(line, /\.html = webviewPage\([\w.]+, assets, \{ name: '\w+', title: '[\w ]+' \}\)/);
  const enabling = lines.filter((one) => /enableScripts/.test(one));
  assert.equal(enabling.length, made.length);
  for (const line of enabling) assert.match(line, /\{ enableScripts: true, localResourceRoots: \[assets\] \}/);
  assert.ok(!lines.some((line) => /isTrusted: true|supportHtml|enableCommandUris/.test(line)));
});
