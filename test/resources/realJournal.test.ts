/** A Tail of a journal that systemd wrote, read by the journalctl of this computer. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from '../../server/src/duckdb/sql.ts';
import { runTail } from '../../server/src/resources/kinds/tail/run.ts';
import { readParquet } from '../../server/src/resources/series/readParquet.ts';
import { temporaryFolder } from '../support/folder.ts';
import { newResourcePond } from '../support/resourcePond.ts';
import { createResourceBench } from '../support/runContext.ts';

const journald = '/usr/lib/systemd/systemd-journald';

/**
 * Runs journald in a namespace of mounts of its own, where /run and /var/log are empty: it continues the journal in a
 * folder, gets messages, and the folder has the journal again. Nothing of the computer is changed.
 */
const script = `set -e
mount -t tmpfs none /run; mount -t tmpfs none /var/log; mkdir -p /var/log/journal
folder=$1; shift
[ ! -e "$folder/kept" ] || cp -r "$folder/kept" "/var/log/journal/$(cat /etc/machine-id).test"
${journald} test & pid=$!
while [ ! -S /run/systemd/journal.test/dev-log ]; do :; done
for message; do logger --socket /run/systemd/journal.test/dev-log --tag station --priority user.warning -- "$message"; done
journalctl --namespace=test --sync
kill "$pid"; wait "$pid" || true
rm -rf "$folder/kept"; cp -r "/var/log/journal/$(cat /etc/machine-id).test" "$folder/kept"`;

const write = (folder: string, ...texts: readonly string[]): number | null =>
  spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', folder, ...texts], { stdio: 'ignore' }).status;

const canMount = existsSync(journald) && spawnSync('unshare', ['--mount', 'true']).status === 0;

test(
  'entries of a real journal are read once each, and a journal that was removed is noted',
  { skip: canMount ? false : 'needs journald and a user that can mount' },
  async (t) => {
    const folder = temporaryFolder(t);
    assert.equal(write(folder, 'first', 'second \u001b[31m'), 0);
    const kept = join(folder, 'kept');
    const pond = await newResourcePond(t);
    const spec = `  journal: { identifiers: [station], priority: warning, directory: ${kept} }\n`;
    const document = `apiVersion: v1\nkind: Tail\nname: log\ndesc: test\nspec:\n${spec}`;
    const bench = await createResourceBench(pond, 'Tail', document);
    const { materializer } = pond.layer;
    const follow = () => bench.run(runTail, { materializer, env: { PATH: process.env['PATH'] ?? '' } });
    const first = await follow();
    assert.deepEqual([first.failure, first.rows, first.notes], [undefined, 2, []]);
    assert.equal(write(folder, 'third'), 0);
    assert.equal((await follow()).rows, 1);
    assert.equal((await follow()).rows, 0);
    spawnSync('rm', ['-rf', kept]);
    assert.equal(write(folder, 'after a new start'), 0);
    const last = await follow();
    assert.deepEqual([last.rows, last.notes.length], [1, 1]);
    assert.match(last.notes[0] ?? '', /not in the journal any more/);
    const node = (await (await pond.fs.root()).get(`${bench.home}/journal`))!.node;
    const reads = (await pond.hostFiles(node)).map(({ hostPath }) => hostPath);
    const columns = sql`"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "Timestamp" > TIMESTAMP '2020-01-01'`;
    const statements = [sql`SELECT ${columns} FROM ${readParquet(reads)} ORDER BY "Timestamp"`];
    assert.deepEqual(
      await materializer.builder.run({ statements, reads }),
      ['first', 'second \u001b[31m', 'third', 'after a new start'].map((text) => [text, '4', 'station', true]),
    );
  },
);
