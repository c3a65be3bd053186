import path from 'node:path';
import { root } from './run.mjs';

/**
 * A plugin of esbuild for a bundle that is split into chunks: whatever `files` import, directly or not, is needed by every
 * module that is imported on demand. Without it, esbuild makes a chunk for each set of such modules with something in
 * common, so that the code which each command needs lies in a hundred chunks, and each takes half a millisecond to load.
 * @param {readonly string[]} files what every command loads, relative to the checkout
 * @returns {import('esbuild').Plugin}
 */
export function sharedCore(files) {
  const core = files.map((file) => `import ${JSON.stringify(`./${file}`)};`).join('\n');
  return {
    name: 'shared-core',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /^\./ }, async ({ kind, path: wanted, resolveDir, importer, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === 'resolved here') return undefined;
        const { path: file, errors } = await resolve(wanted, {
          kind,
          resolveDir,
          importer,
          pluginData: 'resolved here',
        });
        return { path: path.relative(root, file), errors, namespace: 'on demand' };
      });
      // The module under its own path would be part of the core where this one imports it, and a cycle with it.
      onLoad({ filter: /^/, namespace: 'on demand' }, ({ path: file }) => ({
        contents: `${core}\nexport * from ${JSON.stringify(`./${file}`)};`,
        resolveDir: root,
      }));
    },
  };
}
