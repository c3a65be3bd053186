import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { root } from '../../scripts/run.mjs';
import { findMoto, s3ServerMissing } from '../../scripts/s3Servers.mjs';
import { openSealedStore } from '../../server/src/remote/sealedStore.ts';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { bodyInChunks, pattern, textBody } from '../contracts/objectStores.ts';
import { temporaryFolder } from '../support/folder.ts';

const python = findMoto();

/** What `age -d -i key.txt` does, by another implementation of the format. */
const decryptKey = `
import sys, pyrage
identity = pyrage.x25519.Identity.from_str(open(sys.argv[1]).read().strip())
open(sys.argv[3], "wb").write(pyrage.decrypt(open(sys.argv[2], "rb").read(), [identity]))
`;

it(
  'the script of the page recovers a sealed copy without DuckPond',
  { skip: python === undefined ? s3ServerMissing : false },
  async (t) => {
    assert.ok(python !== undefined);
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'copy'));
    const identity = await generateIdentity();
    const inner = await openObjectStore({ kind: 'folder', folder: join(folder, 'copy'), prefix: '' });
    const store = await openSealedStore(inner, {
      recipients: [await identityToRecipient(identity)],
      identities: [identity],
    });
    const large = pattern(150_000);
    await store.putIfAbsent('_pond/blobs/ab/abcdef', bodyInChunks(large));
    await store.putIfAbsent('_delta_log/00000000000000000000.json', textBody('{"commitInfo":{}}'));
    await store.putIfAbsent('größe.parquet', textBody(''));
    await store.putIfAbsent('_pond/remote.json', textBody('{}'));
    await store.put('_delta_log/_last_checkpoint', Buffer.from('{"version":0}'));

    const run = (...parts: readonly string[]): void => {
      const env = { ...process.env, PYTHONPATH: python.libraries, PYTHONDONTWRITEBYTECODE: '1' };
      execFileSync(python.program, parts, { cwd: folder, env });
    };
    writeFileSync(join(folder, 'key.txt'), identity);
    run('-c', decryptKey, 'key.txt', 'copy/keys/1.age', 'data.key');
    const [, script = ''] = /```python\n([^]*?)```/.exec(readFileSync(join(root, 'docs/stores.md'), 'utf8')) ?? [];
    assert.ok(script.trim().split('\n').length <= 30);
    writeFileSync(join(folder, 'unseal.py'), script);
    run('unseal.py', 'copy', 'data.key', 'pond');
    const read = (path: string): Buffer => readFileSync(join(folder, 'pond', path));
    assert.ok(read('_pond/blobs/ab/abcdef').equals(large));
    assert.equal(String(read('_delta_log/00000000000000000000.json')), '{"commitInfo":{}}');
    assert.equal(String(read('_delta_log/_last_checkpoint')), '{"version":0}');
    assert.equal(String(read('größe.parquet')), '');
    assert.equal(String(read('_pond/remote.json')), '{}');
  },
);
