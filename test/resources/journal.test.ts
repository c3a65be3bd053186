/** Tails of the journal of systemd, by a program that answers as journalctl does. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { sql, type SqlText } from '../../server/src/duckdb/sql.ts';
import { isSameEntry } from '../../server/src/resources/kinds/tail/journalEntries.ts';
import { runTail } from '../../server/src/resources/kinds/tail/run.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { readParquet } from '../../server/src/resources/series/readParquet.ts';
import { type PlainValue } from '../../server/src/sandbox/plainValue.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type EntryFields, journalEntry, journalStandIn, type JournalStandIn } from '../support/journalStandIn.ts';
import { newResourcePond } from '../support/resourcePond.ts';
import { createResourceBench, type ResourceBench, type RunSettings } from '../support/runContext.ts';

const skip = process.platform === 'win32' ? 'a script is not a program here' : false;

interface Bench extends ResourceBench {
  readonly journal: JournalStandIn;
  follow(settings?: RunSettings): Promise<RunOutcome>;
  rows(columns: SqlText): Promise<readonly (readonly PlainValue[])[]>;
}

const documentOf = (spec: string): string =>
  `apiVersion: duckpond/v1\nkind: Tail\nname: log\ndesc: test\nspec:\n  ${spec}\n`;

async function journalBench(t: TestContext, spec: string): Promise<Bench> {
  const journal = journalStandIn(temporaryFolder(t));
  const pond = await newResourcePond(t);
  const bench = await createResourceBench(pond, 'Tail', documentOf(spec));
  const { materializer } = pond.layer;
  return {
    ...bench,
    journal,
    follow: (settings) => bench.run(runTail, { materializer, env: { PATH: journal.path }, ...settings }),
    async rows(columns) {
      const node = (await (await pond.fs.root()).get(`${bench.home}/journal`))!.node;
      const reads = (await pond.hostFiles(node)).map(({ hostPath }) => hostPath);
      const statements = [sql`SELECT ${columns} FROM ${readParquet(reads)} ORDER BY "Timestamp"`];
      return await materializer.builder.run({ statements, reads });
    },
  };
}

const messages = (from: number, to: number): ReturnType<typeof journalEntry>[] =>
  Array.from({ length: to - from + 1 }, (_, at) => journalEntry(from + at, { MESSAGE: `m${from + at}` }));

test('each run appends the entries that are new, with their time to the microsecond', { skip }, async (t) => {
  const bench = await journalBench(t, 'journal: {}');
  bench.journal.answer([]);
  assert.deepEqual([(await bench.follow()).rows, (await bench.follow()).notes], [0, []]);
  bench.journal.answer(messages(1, 2));
  assert.equal((await bench.follow()).rows, 2);
  assert.equal((await bench.follow()).rows, 0);
  bench.journal.answer([...messages(1, 2), journalEntry(3, { MESSAGE: 'm3', PRIORITY: '6' })]);
  const third = await bench.follow();
  assert.deepEqual([third.rows, third.notes, third.failure], [1, [], undefined]);
  assert.deepEqual(await bench.rows(sql`"Timestamp"::VARCHAR, "MESSAGE", "PRIORITY"`), [
    ['2025-01-01 00:00:01.000001', 'm1', null],
    ['2025-01-01 00:00:02.000001', 'm2', null],
    ['2025-01-01 00:00:03.000001', 'm3', '6'],
  ]);
});

test(
  'fields of bytes, repeated and missing fields, and names that systemd does not have lose nothing',
  { skip },
  async (t) => {
    const bench = await journalBench(t, 'journal: {}');
    const strange = { Timestamp: 'x', TIMESTAMP: 'y', __proto__x: 'z', __EXACT: 'w' };
    bench.journal.answer([
      journalEntry(1, { MESSAGE: [...Buffer.from('\u001b[31mré\0d')], A: ['1', '2'], EMPTY: '' }),
      journalEntry(2, { MESSAGE: [97, 255, 98], A: null }),
      journalEntry(3, { MESSAGE: [[255], 'x', null], A: '["1","2"]' }),
      journalEntry(4, { ...strange, N: 5 }),
    ]);
    assert.equal((await bench.follow()).rows, 4);
    assert.deepEqual(await bench.rows(sql`"MESSAGE", "A", "EMPTY", "__EXACT"`), [
      ['\u001b[31mré\0d', '1\n2', '', '{"A":["1","2"]}'],
      ['a\ufffdb', null, null, '{"MESSAGE":[97,255,98],"A":null}'],
      ['\ufffd\nx', '["1","2"]', null, '{"MESSAGE":[[255],"x",null]}'],
      [null, null, null, JSON.stringify({ ...strange, N: 5 })],
    ]);
  },
);

test(
  'a journal without the last entry that was read is said to have lost entries, and read on',
  { skip },
  async (t) => {
    const bench = await journalBench(t, 'journal: {}');
    bench.journal.answer(messages(1, 3));
    assert.equal((await bench.follow()).rows, 3);
    bench.journal.answer(messages(5, 6));
    const { rows, notes } = await bench.follow();
    assert.equal(rows, 2);
    assert.match(notes.join(), /^the entry at which the last run ended is not in the journal any more/);
    assert.deepEqual((await bench.follow()).notes, []);
    bench.journal.answer([]);
    assert.match(
      (await bench.follow()).notes.join(),
      /not in the journal any more/,
      'an empty journal has lost it too',
    );
    assert.deepEqual(await bench.rows(sql`"MESSAGE"`), [['m1'], ['m2'], ['m3'], ['m5'], ['m6']]);
  },
);

test('entries before a failure are kept, and the next run continues after them', { skip }, async (t) => {
  const bench = await journalBench(t, 'journal: {}');
  bench.journal.answer(messages(1, 2), { status: 1, stderr: 'Failed to read\n  the journal: Input/output error\n' });
  const failed = await bench.follow();
  assert.equal(failed.rows, 2);
  assert.match(failed.failure?.message ?? '', /journalctl ended with status 1: Failed to read the journal: Input/);
  bench.journal.answer([...messages(1, 3), '{"MESSAGE":"no position"}']);
  assert.match((await bench.follow()).failure?.message ?? '', /expected an entry of the journal .*no position/);
  bench.journal.answer(messages(1, 4), { hint: 'Hint: You are currently not seeing messages from other users.\n' });
  const last = await bench.follow();
  assert.equal(last.rows, 1);
  assert.deepEqual(last.notes, ['journalctl: Hint: You are currently not seeing messages from other users.']);
});

test('a line that is not an entry ends the run after the entries before it, or is left out', { skip }, async (t) => {
  const bench = await journalBench(t, 'journal: {}');
  const [one, two, three] = messages(1, 3) as [EntryFields, EntryFields, EntryFields];
  bench.journal.answer([one, '{"MESSAGE":"cut', two, 'Killed', three]);
  const failed = await bench.follow();
  assert.equal(failed.rows, 1);
  assert.match(failed.failure?.message ?? '', /expected an entry of the journal .*, got \{"MESSAGE":"cut$/);
  assert.match(failed.failure?.hint ?? '', /`invalid: skip`/);
  await bench.apply(documentOf('journal: { invalid: skip }'));
  const rest = await bench.follow();
  assert.equal(rest.rows, 2);
  assert.deepEqual(rest.notes, [
    '2 lines of journalctl were left out, as not entries of the journal; the first: {"MESSAGE":"cut',
  ]);
  assert.deepEqual(await bench.rows(sql`"MESSAGE"`), [['m1'], ['m2'], ['m3']]);
  bench.journal.answer(['Killed', three]);
  assert.deepEqual((await bench.follow()).notes, [
    '1 line of journalctl was left out, as not entries of the journal; the first: Killed',
  ]);
});

test(
  'a computer without journalctl, a run that is cancelled, and something else than a position',
  { skip },
  async (t) => {
    const bench = await journalBench(t, 'journal: {}');
    const missing = await bench.follow({ env: { PATH: join(bench.journal.path, 'none') } });
    assert.match(missing.failure?.message ?? '', /journalctl is not on this computer/);
    bench.journal.answer(messages(1, 1));
    await assert.rejects(bench.follow({ signal: AbortSignal.abort() }), { code: 'cancelled' });
    assert.equal((await bench.follow()).rows, 1);
    const root = await bench.pond.fs.root();
    const progress = `${bench.home}/progress.json`;
    assert.match(Buffer.from(await root.readFile(progress)).toString(), /^\{"journal":\{"cursor":"s=0f;i=1;/);
    await root.writeFile(progress, Buffer.from('{"journal":{"cursor":"--flush"}}'));
    await bench.pond.commit({ message: 'a position', author: 'test' });
    await assert.rejects(bench.follow(), { code: 'invalid-content' });
  },
);

test('the section narrows what is read, and a Tail can change between files and the journal', { skip }, async (t) => {
  const bench = await journalBench(t, 'journal: { units: [a.service] }');
  bench.journal.answer([
    journalEntry(1, { _SYSTEMD_UNIT: 'a.service' }),
    journalEntry(2, { _SYSTEMD_UNIT: 'b.service' }),
  ]);
  assert.equal((await bench.follow()).rows, 1);
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'x.log'), 'one\n');
  await bench.apply(documentOf(`pattern: ${folder}/*.log\n  lines: text`));
  assert.equal((await bench.follow()).rows, 1);
  await bench.apply(documentOf('journal: { units: [b.service] }'));
  assert.equal((await bench.follow()).rows, 1);
  assert.deepEqual(await bench.rows(sql`"_SYSTEMD_UNIT"`), [['a.service'], ['b.service']]);
});

for (const [spec, expected] of [
  ['journal: { units: ["-x"] }', 'name-invalid'],
  ['journal: { identifiers: ["--help"] }', 'name-invalid'],
  ['journal: { priority: 4 }', 'type-wrong'],
  ['journal: { directory: var/log }', 'format-invalid'],
  ['journal: { invalid: fill }', 'value-unknown'],
  ['journal: { directory: /var/../etc }', 'format-invalid'],
  ['journal: {}\n  lines: csv', 'key-conflict'],
  ['journal: {}\n  pattern: /x/*', 'key-missing,key-conflict'],
  ['pattern: /x/*', 'key-missing'],
  ['series: x', 'key-missing'],
  ['journal: { units: [a.service], identifiers: [sshd], priority: err, directory: /j }', ''],
] as const) {
  test(`the document of a Tail with ${spec.replace('\n', ' ')}`, () => {
    const [read] = readResourceFile(documentOf(spec), resourceKinds);
    assert.equal([...new Set(read?.problems.map(({ code }) => code))].join(), expected);
  });
}

test('an access to the journal says all that the document selects', () => {
  const access = resourceKinds.find(({ kind }) => kind === 'Tail')!.hostAccess!;
  const section = { units: ['a.service', 'b@*.service'], identifiers: ['sshd'], priority: 'err', directory: '/j' };
  assert.deepEqual(access({ journal: section }), [
    'reads the journal of systemd in /j, by journalctl: units a.service, b@*.service; identifiers sshd; priority err',
  ]);
  assert.deepEqual(access({ journal: {} }), ['reads the journal of systemd of this computer, by journalctl']);
});

test('positions are of one entry if its boot, times and hash are, in whatever file of the journal it is', () => {
  const [one, moved] = ['s=1;i=5;b=2;m=3;t=4;x=6', 's=9;i=1;b=2;m=3;t=4;x=6'];
  assert.ok(isSameEntry(one, moved));
  assert.ok(!isSameEntry(one, one.replace('x=6', 'x=7')));
  assert.ok(!isSameEntry('a', 'b'));
});
