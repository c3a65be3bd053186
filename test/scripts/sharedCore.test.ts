import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { root } from '../../scripts/run.mjs';
import { sharedCore } from '../../scripts/sharedCore.mjs';

/**
 * Three parts of a core, of which each module that is imported on demand uses others, and which is itself imported on
 * demand; `count` counts the modules that were evaluated.
 */
const sources = {
  'count.ts':
    'export const count = { of: 0 }; export const evaluated = (name: string): string => (count.of += 1, name);',
  'a.ts': `import { evaluated } from './count.ts'; export const a = evaluated('a');`,
  'b.ts': `import { evaluated } from './count.ts'; export const b = evaluated('b');`,
  'core.ts': `import { a } from './a.ts'; import { b } from './b.ts'; export const core = a + b;
    export const later = async (): Promise<string> => (await import('./one.ts')).one + (await import('./b.ts')).b;`,
  'one.ts': `import { a } from './a.ts'; export const one = a + '1';`,
  'two.ts': `import { b } from './b.ts'; export const two = b + '2';`,
  'main.ts': `import { count } from './count.ts';
    export const all = async (): Promise<unknown[]> => {
      const [{ one }, { two }, { core, later }] = [await import('./one.ts'), await import('./two.ts'), await import('./core.ts')];
      return [one, two, core, await later(), count.of];
    };`,
};

test('what modules imported on demand have in common is one chunk, and is evaluated once', async () => {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'pond-core-test-')));
  try {
    await Promise.all(Object.entries(sources).map(([name, text]) => writeFile(path.join(folder, name), text)));
    const core = path.relative(root, path.join(folder, 'core.ts'));
    const split = await bundled(folder, 'split', []);
    const shared = await bundled(folder, 'shared', [sharedCore([core])]);
    for (const { answer } of [split, shared]) assert.deepEqual(answer, ['a1', 'b2', 'ab', 'a1b', 2]);
    const holding = (text: string): number => shared.texts.filter((chunk) => chunk.includes(text)).length;
    assert.equal(holding('evaluated("a")'), 1);
    assert.ok(shared.texts.some((chunk) => chunk.includes('evaluated("a")') && chunk.includes('evaluated("b")')));
    assert.ok(!split.texts.some((chunk) => chunk.includes('evaluated("a")') && chunk.includes('evaluated("b")')));
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The texts of the chunks, and what the bundled program answers. */
async function bundled(
  folder: string,
  name: string,
  plugins: Plugin[],
): Promise<{ readonly texts: readonly string[]; readonly answer: unknown }> {
  const outdir = path.join(folder, name);
  await mkdir(outdir);
  const { outputFiles } = await build({
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', outExtension: { '.js': '.mjs' }, plugins },
    ...{ entryPoints: [path.join(folder, 'main.ts')], outdir, write: false, absWorkingDir: root, logLevel: 'warning' },
  });
  for (const { path: file, contents } of outputFiles) await writeFile(file, contents);
  assert.ok((await readdir(outdir)).length > 1);
  const program = (await import(String(pathToFileURL(path.join(outdir, 'main.mjs'))))) as {
    readonly all: () => Promise<unknown>;
  };
  return { texts: outputFiles.map(({ text }) => text), answer: await program.all() };
}
