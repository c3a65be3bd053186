import { build } from 'esbuild';

/**
 * Bundles modules of a copy of the sources into its out/, as esbuild.mjs does; `entryPoints` are their paths in the copy by
 * the names of the bundles. To load the sources one by one takes longer.
 */
export async function bundleCopy(folder: string, entryPoints: Readonly<Record<string, string>>): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: { ...entryPoints },
    outdir: 'out',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    external: ['@duckdb/node-bindings', 'minijinja-js'],
    define: { POND_VERSION: '"0"' },
    tsconfigRaw: { compilerOptions: { strict: true } },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
