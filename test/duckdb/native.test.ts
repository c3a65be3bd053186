import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { nativeLoadError } from '../../server/src/duckdb/native.ts';
import { sourceProcess } from '../support/sourceProcess.ts';

test('a native module that cannot load is engine-unavailable, with a reason', async () => {
  // Node without addons refuses every native module, like a machine for which DuckDB has no build.
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-addons',
    ...sourceProcess('support/nativeLoad'),
  ]);
  const error = JSON.parse(stdout) as Record<string, string>;
  assert.equal(error['code'], 'engine-unavailable');
  assert.match(error['message'] ?? '', /DuckDB could not be loaded: .*addon/);
  assert.match(error['hint'] ?? '', new RegExp(`${process.platform}-${process.arch}`));
});

test('an old C library and a missing build give different errors', () => {
  const old = nativeLoadError(new Error("libm.so.6: version `GLIBC_2.38' not found (required by libduckdb.so)"));
  assert.match(old.hint ?? '', /newer system/);
  const missing = nativeLoadError(new Error("Cannot find module '@duckdb/node-bindings-linux-x64/duckdb.node'"));
  assert.match(missing.hint ?? '', /not installed/);
});
