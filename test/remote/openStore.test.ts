import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode, sourceFiles } from '../support/sourceFiles.ts';

const product = sourceFiles().filter((file) => isCode(file) && /^(server|client)\//.test(file.path));

/** Files that import a module when they are loaded: the bundler drops imports of types alone. */
function loading(module: RegExp): readonly string[] {
  const statement = new RegExp(`^import (?!type )([^;]*?) from '${module.source}';`, 'gm');
  const hasValue = (names: string): boolean => !/^\{[^}]*\}$/.test(names) || /[{,]\s*(?!type )\w/.test(names);
  return product.flatMap(({ path, text }) =>
    [...text.matchAll(statement)].some(([, names = '']) => hasValue(names)) ? [path] : [],
  );
}

test('the client of buckets and the keys of sealed stores are loaded on first use', () => {
  assert.ok(loading(/@aws-sdk\/client-s3/).every((path) => path.startsWith('server/src/remote/s3')));
  assert.deepEqual(loading(/age-encryption/), ['server/src/remote/sealedKeys.ts']);
  for (const entry of ['s3Store', 'sealedKeys'])
    assert.deepEqual(loading(new RegExp(`[./\\w]*/${entry}\\.ts`)), [], entry);
  // Others of these files are reached from s3Store.ts alone.
  const others = product.filter(({ path }) => !path.startsWith('server/src/remote/s3')).map(({ path }) => path);
  const withSdk = loading(/@aws-sdk\/client-s3/).map((path) => path.replace(/^.*\//, ''));
  for (const file of withSdk) {
    const users = loading(new RegExp(`[./\\w]*/${file.replace('.', '\\.')}`));
    assert.deepEqual(
      users.filter((path) => others.includes(path)),
      [],
      file,
    );
  }
});
