/** What documents do on the computer of the person: allowed once, by the person, and never by a pond. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createGrants } from '../../server/src/commands/grants.ts';
import { type Schema } from '../../server/src/documents/schema.ts';
import { hostFolderText, hostGlobText, secretText } from '../../server/src/documents/fieldTypes.ts';
import { connectLocal } from '../../server/src/main.ts';
import { hostAccessOf } from '../../server/src/resources/model/hostAccess.ts';
import { resourceOf } from '../../server/src/resources/readResource.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { inboxDocument } from '../support/pipelineHost.ts';
import { runPond } from '../support/pondCommand.ts';

const id = '5a0c7c55-2b3a-4f0e-9c56-000000000001';
const home = `/Inbox/${id}`;

interface Collecting extends PondHost {
  /** The pattern of the files to collect. */
  readonly pattern: string;
  /** Saves the document without applying it, as a stranger does, and commits it. */
  save(document: string): Promise<void>;
  /** The result of a run: its status, or the code of its error. */
  ran(): Promise<string | undefined>;
}

/** A pond whose document was written, not applied, and host files that it names. */
async function collecting(t: TestContext): Promise<Collecting> {
  const host = await newPondHost(t);
  mkdirSync(join(host.folder, 'private'));
  writeFileSync(join(host.folder, 'private/a.csv'), 'secret');
  await host.run('makeDirectory', { path: home, parents: true });
  return {
    ...host,
    pattern: `${host.folder}/private/*`,
    async save(document) {
      await host.run('write', textFile(`${home}/resource.yaml`, document));
      await host.run('commit', { message: 'a document' });
    },
    async ran() {
      const [run] = (await host.run('run', {})).runs;
      return run?.error?.code ?? run?.status;
    },
  };
}

async function allow({ run }: PondHost, isRevoked = false): Promise<void> {
  await run('allow', { accesses: await run('hostAccess', {}), isRevoked });
}

test('a document that a person applies is allowed, and the outcome says what', async (t) => {
  const { run, pattern, folder, ran } = await collecting(t);
  const sources = [{ text: inboxDocument('files', pattern), origin: 'f' }];
  const { applied, problems } = await run('apply', { sources, directory: folder });
  assert.deepEqual([applied[0]?.allows, problems], [[`reads ${pattern}`], []]);
  await run('commit', { message: 'applied' });
  assert.equal(await ran(), 'ok');
});

test('a document that came otherwise reads nothing of the computer before a person allows it', async (t) => {
  const host = await collecting(t);
  await host.save(inboxDocument('files', host.pattern));
  const { runs } = await host.run('run', {});
  assert.equal(runs[0]?.error?.code, 'not-allowed');
  assert.equal(runs[0].error.message, `Inbox/files needs your permission on this computer: it reads ${host.pattern}`);
  assert.match(runs[0].error.hint ?? '', /'pond allow Inbox\/files'/);
  assert.deepEqual(
    (await host.run('list', { path: home })).map(({ name }) => name),
    ['resource.yaml', 'runs.jsonl'],
  );
  await allow(host);
  assert.equal(await host.ran(), 'ok');
});

test('a changed access needs it again; a renamed resource and a moved pond do not', async (t) => {
  const host = await collecting(t);
  await host.save(inboxDocument('files', host.pattern));
  await allow(host);
  await host.save(inboxDocument('renamed', host.pattern));
  assert.equal(await host.ran(), 'ok');
  await host.run('close', {});
  renameSync(host.pond, `${host.pond}-moved`);
  const moved = connectLocal();
  t.after(() => moved.close());
  assert.equal((await moved.call('run', { pond: `${host.pond}-moved` })).runs[0]?.status, 'ok');
  await moved.call('close', { pond: `${host.pond}-moved` });
  renameSync(`${host.pond}-moved`, host.pond);
  await host.save(inboxDocument('renamed', `${host.folder}/**`));
  assert.equal(await host.ran(), 'not-allowed');
  const states = (await host.run('hostAccess', {})).map(({ state, isAllowed }) => [state, isAllowed]);
  assert.deepEqual(states, [
    ['former', true],
    ['committed', false],
  ]);
});

test('what is revoked is needed again, whichever document asked for it', async (t) => {
  const host = await collecting(t);
  await host.save(inboxDocument('files', host.pattern));
  await allow(host);
  await allow(host, true);
  assert.equal(await host.ran(), 'not-allowed');
});

test('a secret is not sent before a person allows it, neither by a run nor by trying the account', async (t) => {
  const host = await newPondHost(t);
  const document = hydroVuDocument('http://localhost:9', [{ id: '7', name: 'Buoy', scope: 'Buoy' }]);
  await host.run('makeDirectory', { path: `/HydroVu/${id}`, parents: true });
  await host.run('write', textFile(`/HydroVu/${id}/resource.yaml`, document));
  for (const name of ['TEST_KEY', 'TEST_SECRET']) process.env[name] = 'a value of the environment';
  t.after(() => ['TEST_KEY', 'TEST_SECRET'].forEach((name) => Reflect.deleteProperty(process.env, name)));
  const accesses = (await host.run('hostAccess', {})).map(({ access, state }) => [access, state]);
  assert.deepEqual(accesses, [
    ['sends TEST_KEY to http://localhost:9', 'staged'],
    ['sends TEST_SECRET to http://localhost:9', 'staged'],
  ]);
  await assert.rejects(host.run('hydroVuLocations', { name: 'buoys' }), { code: 'not-allowed' });
  const scan = { name: 'buoys', location: '7', start: 0 };
  await assert.rejects(host.run('hydroVuScan', scan), { code: 'not-allowed' });
});

/** True for a schema that has a field of one of these types. */
function hasField(schema: Schema, types: readonly unknown[]): boolean {
  if (types.includes(schema)) return true;
  if (schema.type === 'list') return hasField(schema.item, types);
  return schema.type === 'object' && Object.values(schema.fields).some((field) => hasField(field.schema, types));
}

test('each kind whose documents name host files or secrets states what its runs do with each of them', () => {
  for (const kind of resourceKinds) {
    const [read] = readResourceFile(kind.example, resourceKinds);
    const resource = read && resourceOf(read, { id, modifiedUs: 0 });
    assert.ok(resource !== undefined);
    const accesses = hostAccessOf('pond', resource).map(({ access }) => access);
    const named = [...kind.example.matchAll(/\$\{env:(\w+)\}|^ *(?:pattern|folder): (\/data\S+)/gm)].map(
      ([, a, b]) => a ?? b ?? '',
    );
    assert.equal(accesses.length > 0, hasField(kind.spec, [secretText, hostGlobText, hostFolderText]), kind.kind);
    for (const name of accesses.length > 0 ? named : []) {
      assert.ok(
        accesses.some((access) => access.includes(name)),
        `${kind.kind}: ${name} in ${accesses.join()}`,
      );
    }
  }
});

test('a grant is a file of its own, named by hashes, and only that exact access has it', () => {
  const disk = createMemoryDisk();
  const grants = createGrants(() => disk);
  const access = { pond: '../../elsewhere', home: '/Inbox/../..', access: 'reads /data/*' };
  assert.deepEqual([grants.has(access), grants.list(access.pond)], [false, []]);
  grants.add(access);
  grants.add(access);
  assert.deepEqual([grants.has(access), grants.list(access.pond)], [true, [access]]);
  const [folder = ''] = disk.list('');
  const files = disk.list(folder);
  assert.match(`${folder}/${files.join()}`, /^[0-9a-f]{40}\/[0-9a-f]{40}\.json$/);
  for (const other of [{ pond: 'p' }, { home: '/Inbox/x' }, { access: 'reads /data/**' }]) {
    assert.equal(grants.has({ ...access, ...other }), false);
  }
  for (const text of ['', '{', '[]', '{"pond":1}', JSON.stringify({ ...access, access: 'reads /**' })]) {
    disk.remove(`${folder}/${files[0]}`);
    const file = disk.create(`${folder}/${files[0]}`);
    file.append(Buffer.from(text));
    file.close();
    assert.equal(grants.has(access), false, text);
  }
  grants.remove(access);
  grants.remove(access);
  assert.deepEqual(grants.list(access.pond), []);
});

test('a pond that somebody copied here runs after `pond allow`, which lists and revokes too', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/a.csv'), 'a\n1\n');
  const pond = async (user: string, args: readonly string[], input = ''): Promise<readonly [number | null, string]> => {
    const env = { POND_DATA_DIR: join(folder, user) };
    const { status, stdout, stderr } = await runPond(args, { cwd: folder, env, input });
    return [status, `${stdout}${stderr}`.replaceAll(folder, 'F')];
  };
  await pond('author', ['init']);
  await pond('author', ['apply', '-f', '-'], inboxDocument('files', `${folder}/in/*`));
  await pond('author', ['commit', '-m', 'files']);
  cpSync(join(folder, '.pond'), join(folder, 'copy'), { recursive: true });
  const copy = (...args: readonly string[]) => pond('reader', ['--pond', 'copy', ...args]);
  const [status, refused] = await copy('run');
  assert.equal(status, 1);
  assert.match(
    refused,
    /error\[not-allowed\]: Inbox\/files needs your permission on this computer: it reads F\/in\/\*/,
  );
  assert.deepEqual(await copy('allow'), [0, 'Inbox/files  reads F/in/*  not allowed\n']);
  assert.deepEqual(await copy('allow', 'files'), [0, 'allowed: Inbox/files reads F/in/*\n']);
  assert.equal((await copy('run'))[0], 0);
  assert.deepEqual(await copy('allow', '--list', 'files'), [0, 'Inbox/files  reads F/in/*  allowed\n']);
  assert.deepEqual(await copy('allow', '--revoke', 'files'), [0, 'no longer allowed: Inbox/files reads F/in/*\n']);
  assert.equal((await copy('run'))[0], 1);
  assert.equal((await copy('allow', '--revoke'))[0], 2);
  if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'reader')).mode & 0o777, 0o700);
});
