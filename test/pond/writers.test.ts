import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { initPond, openPond } from '../support/pond.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { chdbInsert, chdbQueries, needsChdb } from '../support/chdb.ts';
import { bytesOf, collect } from '../support/tree.ts';
import { numbersAfter, startWriter } from '../support/writerProcess.ts';

function newDirectory(test: TestContext): string {
  const temporary = makeTemporaryDirectory('duckpond-writers');
  test.after(() => temporary.remove());
  return join(temporary.path, 'my.pond');
}

describe('processes that write one pond at the same time', () => {
  it('exclude each other: one writes, and the others get an error that names it', async (test) => {
    const directory = newDirectory(test);
    await (await initPond(directory)).close();
    const writers = ['a', 'b', 'c'].map((name) => startWriter(directory, { name, count: 20 }));
    // As simultaneous as possible.
    await Promise.all(writers.map(({ go }) => go()));
    await Promise.all(writers.map(({ ended }) => ended));
    assert.deepEqual(
      writers.map(({ child }) => child.exitCode),
      [0, 0, 0],
    );

    const pids = writers.map(({ child }) => child.pid);
    for (const { child, lines } of writers) {
      for (const holder of numbersAfter(lines, 'held')) assert.ok(holder !== child.pid && pids.includes(holder));
    }
    const pond = await openPond(directory, { mode: 'read' });
    const numbers = writers.flatMap(({ lines }) =>
      lines.flatMap((line) => (line.startsWith('committed') ? [Number(line.split(' ')[2])] : [])),
    );
    const log = (await collect(pond.log())).map(({ number }) => number);
    assert.deepEqual(
      [0, ...numbers].sort((a, b) => b - a),
      log,
    );
    assert.equal((await (await pond.fs.root()).list()).length, 60);
    assert.deepEqual(await pond.check(), []);
    await pond.close();
  });

  it('cannot write while one has it, and can still read it', async (test) => {
    const directory = newDirectory(test);
    const pond = await initPond(directory);
    await (await pond.fs.root()).writeFile('/a', bytesOf('staged here'));
    await assert.rejects(openPond(directory, { mode: 'write' }), {
      code: 'lock-held',
      message: new RegExp(`process ${process.pid} `),
    });
    const reader = await openPond(directory, { mode: 'read' });
    assert.deepEqual(await shownBy(reader), ['/a staged here', 0]);
    await (await pond.fs.root()).writeFile('/a', bytesOf('staged again'));
    await reader.refresh();
    assert.deepEqual(await shownBy(reader), ['/a staged again', 0]);
    await pond.commit({ message: 'first', author: 'test' });
    await reader.refresh();
    assert.deepEqual(await shownBy(reader), ['/a staged again', 1]);
    assert.deepEqual((await reader.status()).staged, []);
    await reader.close();
    await pond.close();
    await (await openPond(directory, { mode: 'write' })).close();
  });
});

async function shownBy(pond: Awaited<ReturnType<typeof openPond>>): Promise<readonly unknown[]> {
  const text = Buffer.from(await (await pond.fs.root()).readFile('/a')).toString();
  return [`/a ${text}`, pond.head.number];
}

/** A row of another engine, in the columns of the op log. */
const foreignRow = (id: string): string => `SELECT '${id}' AS part_id, '${id}' AS node_id,
  toDateTime64('2026-01-01 00:00:00', 6, 'UTC') AS timestamp, toInt64(1) AS version, 'foreign' AS file_type,
  '{}' AS metadata, toInt64(0) AS size, '' AS sha256,
  CAST(NULL, 'Nullable(DateTime64(6, \\'UTC\\'))') AS min_time, CAST(NULL, 'Nullable(DateTime64(6, \\'UTC\\'))') AS max_time,
  toInt64(0) AS txn, CAST(NULL, 'Nullable(String)') AS content`;

describe('another engine that appends to the table', () => {
  it(
    'is reported and does no harm; commit numbers continue after it, and the log omits it',
    needsChdb,
    async (test) => {
      const directory = newDirectory(test);
      const pond = await initPond(directory);
      const root = await pond.fs.root();
      await root.writeFile('/a', bytesOf('one'));
      await pond.commit({ message: 'ours', author: 'test' });
      await root.writeFile('/a', bytesOf('two'));
      await chdbInsert(directory, foreignRow('x'));
      // The pond does not know of it yet, and loses the race for number 2.
      const second = await pond.commit({ message: 'ours again', author: 'test' });
      assert.deepEqual([second.number, second.parent], [3, 1]);

      await chdbInsert(directory, foreignRow('y'));
      await root.writeFile('/b', bytesOf('staged'));
      await pond.refresh();
      const status = await pond.status();
      const versions = status.foreignCommits.map(({ version }) => version);
      assert.deepEqual([versions, status.conflicts, status.staged.length], [[2, 4], [], 1]);
      assert.match(status.foreignCommits[0]!.engine ?? '', /./);
      assert.deepEqual(
        (await collect(pond.log())).map(({ number }) => number),
        [3, 1, 0],
      );
      await assert.rejects(pond.resolve('2'), { code: 'version-not-found' });
      await pond.commit({ message: 'after theirs', author: 'test' });
      await pond.close();

      const again = await openPond(directory, { mode: 'write' });
      assert.deepEqual([again.head.number, (await again.status()).foreignCommits], [5, status.foreignCommits]);
      assert.deepEqual(await again.check(), []);
      assert.equal(Buffer.from(await (await (await again.at('HEAD~1')).root()).readFile('/a')).toString(), 'two');
      await again.close();
      const [rows] = await chdbQueries(directory, [`SELECT count() AS n FROM {table} WHERE file_type = 'foreign'`]);
      assert.equal(Number(rows![0]!['n']), 2);
    },
  );

  it('is named after a checkpoint, by its log entry, and counted without that', needsChdb, async (test) => {
    const directory = newDirectory(test);
    const pond = await initPond(directory);
    await chdbInsert(directory, foreignRow('x'));
    for (let count = 0; count < 50; count++) {
      await (await pond.fs.root()).writeFile('/a', bytesOf(`${count}`));
      await pond.commit({ message: 'more', author: 'test' });
    }
    await pond.close();
    const found = async (): Promise<readonly unknown[]> => {
      const again = await openPond(directory, { mode: 'read' });
      try {
        const { foreignCommits, earlierForeignFiles } = await again.status();
        return [foreignCommits.length, earlierForeignFiles];
      } finally {
        await again.close();
      }
    };
    assert.deepEqual(await found(), [1, 0]);
    // A checkpoint does not record which commit added a file.
    rmSync(join(directory, commitFile(commitNumber(1))));
    assert.deepEqual(await found(), [0, 1]);
  });

  it('can append while commits are made', needsChdb, async (test) => {
    const directory = newDirectory(test);
    await (await initPond(directory)).close();
    const writer = startWriter(directory, { name: 'w', count: 120 });
    await writer.go();
    const inserted: string[] = [];
    for (const id of ['x', 'y', 'z']) {
      await chdbInsert(directory, foreignRow(id)).then(
        () => inserted.push(id),
        // It does not retry when it loses a race.
        () => undefined,
      );
    }
    await writer.ended;
    assert.equal(writer.child.exitCode, 0);
    const pond = await openPond(directory, { mode: 'read' });
    const commits = await collect(pond.log());
    assert.equal(commits.length, 1 + numbersAfter(writer.lines, 'committed').length);
    // A checkpoint may have been written in between: it lists the files, and not which commit added them.
    const { foreignCommits, earlierForeignFiles } = await pond.status();
    assert.ok(foreignCommits.length + earlierForeignFiles >= inserted.length);
    assert.ok(foreignCommits.every(({ version }) => version > 0));
    assert.equal((await (await pond.fs.root()).list()).length, 120);
    assert.deepEqual(await pond.check(), []);
    await pond.close();
  });
});
