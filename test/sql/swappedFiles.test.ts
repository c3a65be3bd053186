/** A file of the pond that is replaced between its check and the query gives no rows, and nothing of it is kept. */
import assert from 'node:assert/strict';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

const rows = Array.from({ length: 40_000 }, (_, index) => index);
const good = `v\n${rows.join('\n')}\n`;
/** Of the same size, with texts in place of numbers. */
const evil = good.replaceAll(/\d/g, 'x');

let made: TestPond;
let engine: QueryEngine;
before(async () => {
  made = await makeTestPond();
  await made.root.writeFile('/a.csv', Buffer.from(good));
  engine = new QueryEngine({ openDisk: openHostDisk });
});
after(async () => {
  await engine.close();
  await made.close();
});

/** The pond, with work between the check of a file and its use. */
function pondWith(between: (file: HostFile) => void): Pond {
  const { pond } = made;
  const hostFiles: Pond['hostFiles'] = async (node, job) => {
    const files = await pond.hostFiles(node, job);
    for (const file of files) between(file);
    return files;
  };
  return new Proxy(pond, {
    get: (target, name) => {
      if (name === 'hostFiles') return hostFiles;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => Reflect.apply(value, target, args);
    },
  });
}

function place(hostPath: string, content: string): void {
  writeFileSync(`${hostPath}.new`, content);
  renameSync(`${hostPath}.new`, hostPath);
}

async function sum(pond: Pond): Promise<string | null | undefined> {
  const { resultId } = await engine.run(pond, { sql: `SELECT sum(v) FROM "/a.csv"` });
  return (await engine.rows(resultId, 0, 1)).columns[0]?.[0];
}

test('a file that was replaced once is damage, and its repair gives the right rows', async () => {
  let hostPath = '';
  const replacing = pondWith((file) => {
    hostPath = file.hostPath;
    copyFileSync(hostPath, `${hostPath}.copy`);
    place(hostPath, evil);
  });
  await assert.rejects(sum(replacing), (error) => isPondError(error, 'pond-damaged'));
  renameSync(`${hostPath}.copy`, hostPath);
  assert.equal(await sum(made.pond), '799980000');
});

test('a file that is replaced at each attempt is an error', async () => {
  const replacing = pondWith(({ hostPath }) => place(hostPath, good));
  await assert.rejects(sum(replacing), (error) => isPondError(error, 'content-changed') && error.path === '/a.csv');
  assert.equal(await sum(made.pond), '799980000');
});
