import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { notices } from '../../scripts/notices.mjs';
import { root } from '../../scripts/run.mjs';
import { compiledFileIn } from '../../scripts/thirdParties.mjs';

const binding = `@duckdb/node-bindings-${process.platform}-${process.arch}`;

/** The notices by the names of their packages. */
async function noticesByName(): Promise<ReadonlyMap<string, string>> {
  const text = await notices([]);
  const parts = text.split(/^(?=(?:@[\w-]+\/)?[\w.-]+ \d+\.\d+\.\d+\S* \()/m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(' ')), part]));
}

test('packages alongside the bundles are listed with the text of their license', async () => {
  const byName = await noticesByName();
  for (const [name, words] of [
    ['@duckdb/node-bindings', 'Stichting DuckDB Foundation'],
    [binding, 'Stichting DuckDB Foundation'],
    ['detect-libc', 'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION'],
    ['minijinja-js', 'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION'],
  ] as const) {
    // On a musl system the package of the platform has another name.
    const found = [...byName].find(([other]) => other === name || other === `${name}-musl`);
    assert.ok(found?.[1].includes(words), name);
  }
});

test('the third parties inside the compiled files are listed, for the installed versions', async () => {
  const byName = await noticesByName();
  const compiled = [...byName.keys()].flatMap((name) => compiledFileIn(name) ?? []);
  assert.equal(new Set(compiled).size, 2);
  for (const [name, text] of byName) {
    const file = compiledFileIn(name);
    if (file === undefined) continue;
    assert.ok(text.startsWith(`${name} ${file.version} `), `${name}: scripts/thirdParties.mjs lists ${file.version}`);
    for (const [part, license] of file.parts) assert.ok(text.includes(`- ${part} (${license})\n`), part);
  }
});

test('every crate that the WebAssembly module names is listed', () => {
  const wasm = readFileSync(join(root, 'node_modules/minijinja-js/dist/web/minijinja_js_bg.wasm'), 'latin1');
  const crates = [...wasm.matchAll(/\/([a-z_-]+)-(\d+\.\d+\.\d+)\/src\//g)].map(
    ([, name, version]) => `${name} ${version}`,
  );
  const listed = compiledFileIn('minijinja-js')?.parts.map(([part]) => part);
  assert.deepEqual([...new Set(crates)].sort(), [...(listed ?? [])].sort());
});
