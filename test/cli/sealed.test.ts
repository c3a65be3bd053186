/** A sealed backup from the terminal: what the store sees, and who can read it back. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';
import { newUserCache } from '../support/userCache.ts';

const text = 'a text that the store must not see\n';

test('a sealed backup is read back with the identity alone', async (t) => {
  newUserCache(t);
  const [folder, store] = [temporaryFolder(t), temporaryFolder(t)];
  const identity = await generateIdentity();
  const pond = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    await runPond(args, { cwd: folder, input: text.repeat(3000), env });
  const fine = async (args: readonly string[], env = {}): Promise<string> => {
    const { status, stdout, stderr } = await pond(args, env);
    assert.equal(status, 0, `${args.join(' ')}: ${stderr}${stdout}`);
    return stdout;
  };
  const recipients = `[${await identityToRecipient(identity)}]`;
  const spec = `{ endpoint: "${pathToFileURL(store).href}", layout: sealed, recipients: ${recipients}, identity: "\${env:POND_IDENTITY}" }`;
  writeFileSync(
    join(folder, 'backup.yaml'),
    `apiVersion: duckpond/v1\nkind: Backup\nname: offsite\ndesc: Copy\nspec: ${spec}\n`,
  );
  await fine(['init']);
  await fine(['write', '/secret-name.txt']);
  await fine(['apply', '-f', 'backup.yaml']);
  await fine(['commit', '-m', 'one']);
  const missing = await pond(['backup']);
  assert.match(missing.stdout + missing.stderr, /secret-missing|POND_IDENTITY is not set/);
  const keys = { POND_IDENTITY: identity };
  await fine(['backup'], keys);
  assert.match(await fine(['backup', 'verify', 'offsite', '--full'], keys), /./);

  const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 5);
  for (const { parentPath, name } of files) {
    const bytes = readFileSync(join(parentPath, name));
    assert.ok(!/secret-name|must not see|add|parquet/.test(bytes.toString('latin1')), name);
  }
  const url = pathToFileURL(store).href;
  assert.match(
    (await pond(['clone', url, 'copy'])).stderr,
    /^error\[secret-missing\]: the pond at .* is encrypted\nhint: Set POND_IDENTITY/,
  );
  const other = { POND_IDENTITY: await generateIdentity() };
  assert.match(
    (await pond(['clone', url, 'copy'], other)).stderr,
    /^error\[remote-denied\]: .* no identity opens its keys/,
  );
  await fine(['clone', url, 'copy'], keys);
  assert.equal(await fine(['--pond', 'copy', 'cat', '/secret-name.txt']), text.repeat(3000));
  await fine(['--pond', 'copy', 'check']);
});

test('the layout of a copy is chosen once', async (t) => {
  newUserCache(t);
  const [folder, store] = [temporaryFolder(t), temporaryFolder(t)];
  mkdirSync(join(folder, 'x'));
  const document = (extra: string): void =>
    writeFileSync(
      join(folder, 'backup.yaml'),
      `apiVersion: duckpond/v1\nkind: Backup\nname: offsite\ndesc: Copy\nspec: { endpoint: "${pathToFileURL(store).href}"${extra} }\n`,
    );
  const env = { POND_IDENTITY: 'a passphrase' };
  const pond = async (...args: readonly string[]): Promise<Ended> => await runPond(args, { cwd: folder, env });
  document('');
  for (const args of [['init'], ['apply', '-f', 'backup.yaml'], ['commit', '-m', 'one'], ['backup']])
    assert.equal((await pond(...args)).status, 0, args.join(' '));
  document(', layout: sealed, identity: "${env:POND_IDENTITY}"');
  for (const args of [
    ['apply', '-f', 'backup.yaml'],
    ['commit', '-m', 'two'],
  ])
    assert.equal((await pond(...args)).status, 0, args.join(' '));
  const { status, stdout, stderr } = await pond('backup');
  assert.notEqual(status, 0);
  assert.match(stdout + stderr, /is not encrypted, but the document says so/);
});
