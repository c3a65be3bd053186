import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test, type TestContext } from 'node:test';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { openPond } from '../../server/src/pond/pond.ts';
import { textFile } from '../support/commandHost.ts';
import { inboxDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { newUserCache } from '../support/userCache.ts';

interface BackupHost extends PipelineHost {
  /** Folder of the copy of the pond. */
  copy(): string;
  /** Entries in the log of the copy. */
  sent(): number;
}

const backupDocument = (spec: string, name = 'offsite'): string =>
  `apiVersion: duckpond/v1\nkind: Backup\nname: ${name}\ndesc: Copy\nspec: ${spec}\n`;

async function newBackupHost(t: TestContext): Promise<BackupHost> {
  newUserCache(t);
  const host = await newPipelineHost(t);
  const folder = join(host.folder, 'store');
  mkdirSync(folder);
  await host.apply(backupDocument(`{ endpoint: "${pathToFileURL(folder).href}" }`));
  const copy = (): string =>
    join(
      folder,
      readdirSync(folder).find((name) => !name.startsWith('.'))!,
    );
  const sent = (): number => readdirSync(join(copy(), '_delta_log')).filter((name) => name.endsWith('.json')).length;
  return { ...host, copy, sent };
}

async function headOf(host: PipelineHost): Promise<number> {
  return (await host.run('status', {})).head.number;
}

test('a run sends the pond, and its own record alone causes no other', async (t) => {
  const host = await newBackupHost(t);
  const first = (await host.runAll()).get('Backup/offsite');
  assert.deepEqual([first?.status, first?.error], ['ok', null]);
  assert.match(first?.notes[0] ?? '', /^sent 2 commits, up to 1, to file:/);
  assert.deepEqual([host.sent(), await headOf(host)], [2, 2]);
  const second = (await host.runAll()).get('Backup/offsite');
  assert.deepEqual([second?.files, second?.notes, host.sent()], [0, [], 2]);
  await host.run('write', textFile('/a', 'a'));
  await host.run('commit', { message: 'a' });
  const third = (await host.runAll()).get('Backup/offsite');
  assert.match(third?.notes[0] ?? '', /^sent 2 commits, up to 3, to/);
  const copy = await openPond(hostPondStorage(host.copy()), { mode: 'read' });
  assert.deepEqual((await copy.checkHistory()).problems, []);
  await copy.close();
});

test('a round ends with the backup, which has the data and the records of the others, also of one that failed', async (t) => {
  const host = await newBackupHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), 'Timestamp,v\n1,2\n');
  const [, failing] = await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    inboxDocument('none', `${host.folder}/absent/*.csv`),
  );
  const runs = await host.runAll();
  assert.equal(runs.get('Inbox/none')?.status, 'failed');
  assert.equal(runs.get('Backup/offsite')?.status, 'ok');
  assert.equal([...runs.keys()].at(-1), 'Backup/offsite');
  const copy = await openPond(hostPondStorage(host.copy()), { mode: 'read' });
  const records = await (await copy.fs.root()).readFile(`/Inbox/${failing}/runs.jsonl`);
  assert.match(Buffer.from(records).toString(), /"status":"failed"/);
  assert.equal(copy.head.number, (await headOf(host)) - 1);
  await copy.close();
});

test('a store that is not there is an error, and nothing is created in its place', async (t) => {
  const host = await newPipelineHost(t);
  await host.apply(backupDocument(`{ endpoint: "${pathToFileURL(join(host.folder, 'unmounted')).href}" }`));
  const run = (await host.runAll()).get('Backup/offsite');
  assert.deepEqual([run?.status, run?.error?.code], ['failed', 'remote-failed']);
  assert.ok(run?.error?.message.endsWith(`the folder ${join(host.folder, 'unmounted')} does not exist`));
  assert.ok(!readdirSync(host.folder).includes('unmounted'));
});

test('a recipient is a public key, and a secret key in its place is in no message', () => {
  const key = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
  const secret = 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ';
  const cases: readonly (readonly [string, string | undefined])[] = [
    [key, undefined],
    [key.replace('ql3', 'q13'), 'format-invalid'],
    [key.replace('cac8p', 'cac8q'), 'format-invalid'],
    [key.slice(0, -1), 'format-invalid'],
    [key.toUpperCase(), 'format-invalid'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'format-invalid'],
    ['age1', 'format-invalid'],
    [secret, 'secret-literal'],
    [secret.toLowerCase(), 'secret-literal'],
  ];
  for (const [recipient, code] of cases) {
    const spec = `{ endpoint: "file:///mnt", layout: sealed, recipients: [${recipient}], identity: "\${env:I}" }`;
    const [read] = readResourceFile(backupDocument(spec), resourceKinds);
    assert.deepEqual(
      read?.problems.map((problem) => problem.code),
      code === undefined ? [] : [code],
      recipient,
    );
    if (code === 'secret-literal') assert.ok(!JSON.stringify(read?.problems).includes(recipient));
  }
});

test('a document names what its endpoint needs, and nothing else', () => {
  const bucket = 'bucket: pond-backup, key: "${env:K}", secret: "${env:S}", endpoint: "https://s3.example.org"';
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [`{ region: r, ${bucket} }`, []],
    [`{ ${bucket}, prefix: lake, path_style: false, verify: { every: 7d, sample: 2% } }`, []],
    ['{ bucket: pond-backup, credentials: environment, endpoint: "https://s3.example.org" }', []],
    ['{ endpoint: "file:///mnt/nas" }', []],
    ['{ endpoint: "file:///mnt/nas", bucket: pond-backup, key: "${env:K}" }', ['key-conflict', 'key-conflict']],
    ['{ endpoint: "https://s3.example.org" }', ['key-missing', 'key-missing', 'key-missing']],
    [`{ ${bucket}, credentials: environment }`, ['key-conflict']],
    [`{ ${bucket}, prune_key: "\${env:P}" }`, ['key-missing']],
    [`{ ${bucket.replace('https', 'http')} }`, ['format-invalid']],
    [`{ ${bucket}, verify: { every: 7d, sample: 0% } }`, ['format-invalid']],
    [`{ ${bucket.replace('"${env:K}"', 'AKIA')} }`, ['secret-literal']],
  ];
  for (const [spec, codes] of cases) {
    const [read] = readResourceFile(backupDocument(spec), resourceKinds);
    assert.deepEqual(read?.problems.map(({ code }) => code).sort(), [...codes].sort(), spec);
  }
});
