/**
 * Third parties inside compiled files that are packed alongside the bundles. Their packages carry neither these names nor
 * the texts of the licenses, so they are listed here by version, and a test fails when the package has another one.
 */

/**
 * A compiled file. `source`: where its list comes from, and where the texts are. `parts`: name and SPDX license.
 * @typedef {{ readonly file: string, readonly version: string, readonly source: string,
 *   readonly parts: readonly (readonly [name: string, license: string])[] }} CompiledFile
 */

const duckdb = {
  file: 'libduckdb',
  version: '1.5.6-r.1',
  source:
    'By the symbols of the library and the folders third_party and extension of the source of DuckDB 1.5.6, which have ' +
    'the texts of the licenses.',
  parts: /** @type {const} */ ([
    ['ADBC', 'Apache-2.0'],
    ['Apache Thrift', 'Apache-2.0'],
    ['Brotli', 'MIT'],
    ['concurrentqueue', 'BSD-2-Clause OR BSL-1.0'],
    ['cpp-httplib', 'MIT'],
    ['CRoaring', 'Apache-2.0 OR MIT'],
    ['fast_float', 'Apache-2.0 OR MIT OR BSL-1.0'],
    ['FastPFor', 'Apache-2.0'],
    ['fmt', 'MIT'],
    ['FSST', 'MIT'],
    ['hyperloglog', 'MIT'],
    ['ICU', 'Unicode-3.0'],
    ['jaro_winkler', 'MIT'],
    ['jemalloc (Linux)', 'BSD-2-Clause'],
    ['libpg_query, with parts of PostgreSQL', 'BSD-3-Clause AND PostgreSQL'],
    ['LZ4', 'BSD-2-Clause'],
    ['Mbed TLS', 'Apache-2.0'],
    ['miniz', 'MIT'],
    ['nanoarrow', 'Apache-2.0'],
    ['parquet-format', 'Apache-2.0'],
    ['PCG', 'Apache-2.0 OR MIT'],
    ['pdqsort', 'Zlib'],
    ['RE2', 'BSD-3-Clause'],
    ['ska_sort', 'BSL-1.0'],
    ['skiplist', 'MIT'],
    ['Snappy', 'BSD-3-Clause'],
    ['t-digest', 'Apache-2.0'],
    ['utf8proc', 'MIT'],
    ['vergesort', 'MIT'],
    ['yyjson', 'MIT'],
    ['Zstandard', 'BSD-3-Clause'],
  ]),
};

const minijinja = {
  file: 'minijinja_js_bg.wasm',
  version: '2.11.0',
  source: 'By the paths in the file, which names a crate only where it can panic; the texts are in the crates.',
  parts: /** @type {const} */ ([
    ['console_error_panic_hook 0.1.7', 'Apache-2.0 OR MIT'],
    ['dlmalloc 0.2.7', 'MIT OR Apache-2.0'],
    ['fragile 2.0.1', 'Apache-2.0'],
    ['hashbrown 0.15.2', 'MIT OR Apache-2.0'],
    ['js-sys 0.3.77', 'MIT OR Apache-2.0'],
    ['memo-map 0.3.3', 'Apache-2.0'],
    ['once_cell 1.21.3', 'MIT OR Apache-2.0'],
    ['serde_json 1.0.140', 'MIT OR Apache-2.0'],
    ['wasm-bindgen 0.2.100', 'MIT OR Apache-2.0'],
  ]),
};

/**
 * The compiled file in a package, or undefined.
 * @param {string} packageName
 * @returns {CompiledFile | undefined}
 */
export function compiledFileIn(packageName) {
  if (packageName === 'minijinja-js') return minijinja;
  return packageName.startsWith('@duckdb/node-bindings-') ? duckdb : undefined;
}
