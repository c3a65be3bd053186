/** Files that are scanned in parts have the scan of one pass over all of them, byte for byte. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cancelled } from '../../server/src/base/cancelled.ts';
import { partsOf, type PartSizes } from '../../server/src/sandbox/fileParts.ts';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { examplesIn, joinExamples, type LinesPart } from '../../server/src/sandbox/jsonLines/exampleFiles.ts';
import { inThreads } from '../../server/src/sandbox/scanThreads.ts';
import { type SourceFile } from '../../server/src/sandbox/sources.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { hasFault, joinScans, type PartFault, type PartScan } from '../../server/src/sandbox/textTables/joinScans.ts';
import { savedOf, scanOf, textOfScan } from '../../server/src/sandbox/textTables/savedScan.ts';
import { scanFile } from '../../server/src/sandbox/textTables/scanFile.ts';
import { planParts, scanPart, type TablePart } from '../../server/src/sandbox/textTables/scanParts.ts';
import { type Disk, type OpenDisk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { randomLines } from '../support/randomLines.ts';
import { oneOf, randomTable } from '../support/randomTables.ts';

/** Text that is not compressed needs no database. */
const connect = (): Promise<never> => assert.fail('a database was asked for');
const folder = mkdtempSync(join(tmpdir(), 'parts-'));
after(() => rmSync(folder, { recursive: true }));

const sizes = (partBytesMin: number): PartSizes => ({ partBytesMin, partsMax: 1000 });

/** A file with these bytes on a disk in memory. */
function inMemory(bytes: Uint8Array, name: string, format?: TextFormat): { file: SourceFile; openDisk: OpenDisk } {
  const disk = createMemoryDisk();
  const handle = disk.create(name);
  handle.append(bytes);
  handle.close();
  const reading = readingOf('file', name)!;
  const file = { hostPath: `/host/${name}`, pondPath: `/${name}`, sizeBytes: bytes.length, reading };
  return { file: { ...file, ...(format && { format }) }, openDisk: () => reusing(disk) };
}

/** The disk with scans whose chunks are all in the same memory, as those of a real disk are. */
function reusing(disk: Disk): Disk {
  const memory = Buffer.alloc(1000);
  const scanStream: Disk['scanStream'] = async function* (path, start = 0, end = Infinity) {
    const bytes = disk.readFile(path)!.subarray(start, Math.min(end, 1e9));
    for (let at = 0; at < bytes.length; at += memory.length) {
      const chunk = bytes.subarray(at, at + memory.length);
      memory.fill(0xff).set(chunk);
      yield memory.subarray(0, chunk.length);
    }
  };
  return { ...disk, scanStream };
}

/** The scan in parts as text; undefined where the file is scanned in one pass. */
async function joinedText(bytes: Buffer, partBytes: number, format?: TextFormat): Promise<string | undefined> {
  const { file, openDisk } = inMemory(bytes, 'a.csv', format);
  const plan = planParts(openDisk, file, sizes(partBytes));
  if (plan === undefined || plan.parts.length < 2) return undefined;
  const scans: (PartScan | PartFault)[] = [];
  for (const part of plan.parts) {
    const found = await scanPart(openDisk, part);
    if (found === undefined) return undefined;
    scans.push(found);
    if (hasFault(found)) break;
  }
  const joined = joinScans(scans, { headLines: plan.headLines, pondPath: file.pondPath });
  return joined && textOfScan(scanOf(joined));
}

async function wholeText(bytes: Buffer, format?: TextFormat): Promise<string> {
  const { file, openDisk } = inMemory(bytes, 'a.csv', format);
  // Large files are streamed.
  return textOfScan(await scanFile({ connect, openDisk }, { ...file, sizeBytes: 1e9 }));
}

/** The result of a scan, or its error. */
const outcome = <T>(scan: Promise<T>): Promise<unknown> => scan.catch((error: unknown) => error);

test('random tables in parts have the scan of one pass', async () => {
  let joinedCount = 0;
  for (const seed of seeds(120)) {
    const random = randomOf(seed);
    const { bytes, format } = randomTable(random);
    const marked = random(10) === 0 ? Buffer.concat([Buffer.from('\ufeff'), bytes]) : bytes;
    const partBytes = oneOf(random, [60, 300, 1000, 3000]);
    const joined = await outcome(joinedText(marked, partBytes, format));
    if (joined === undefined) continue;
    joinedCount += 1;
    const whole = await outcome(wholeText(marked, format));
    assert.deepEqual(joined, whole, `seed ${seed}`);
  }
  assert.ok(joinedCount > 30, `${joinedCount} tables were joined`);
});

const rows = (count: number, value: (row: number) => string): string =>
  Array.from({ length: count }, (_, row) => `${row},${value(row)}\n`).join('');

/** Tables of two columns whose later parts depend on earlier ones, by what is late in them. */
const lateTexts: Readonly<Record<string, (row: number) => string>> = {
  'a text among numbers': (row) => (row === 150 ? 'x' : String(row)),
  'a long number': (row) => (row === 150 ? '123456789012345678901' : String(row)),
  'an order of days': (row) => (row === 10 ? '13/01/2024' : '05/06/2024'),
  'two orders of days': (row) => (row === 10 ? '13/01/2024' : row === 150 ? '01/13/2024' : '05/06/2024'),
  'a form that is a date only after other dates': (row) => (row < 100 ? '01.02.24' : '1.2.26'),
  'a day of no calendar': (row) => (row === 150 ? '2023-02-29' : '2023-02-20'),
  'the end of a day': (row) => (row === 150 ? '2023-02-20 24:00' : '2023-02-20 12:00'),
  'a value of another case': (row) => (row === 150 ? 'TRUE' : 'false'),
  spaces: (row) => (row === 150 ? ' 5' : '5'),
  'only missing values at first': (row) => (row < 120 ? '' : '2.5'),
  'a quoted line feed': (row) => (row === 150 ? '"a\nb"' : '"a b"'),
  'quoted lines that look like rows': (row) => (row % 20 === 0 ? `"a\n${rows(9, String)}"` : '"a b"'),
  'another width': (row) => (row === 150 ? '1,2' : '1'),
  'another header': (row) => (row === 150 ? '1\nn,value\n5,6' : '1'),
  'another unit': (row) => (row === 150 ? '1\nn,value\ns,degF\n5,6' : '1'),
  'a header again without units': (row) => (row === 150 ? '1\nn,value\n5,6' : '1'),
  'another end of line': (row) => (row === 150 ? '1\r' : '1'),
  'a blank line': (row) => (row === 150 ? '1\n' : '1'),
};

const withUnits = { units: true } as const;

for (const [title, value] of Object.entries(lateTexts)) {
  test(`parts with ${title} have the scan of one pass, or none`, async () => {
    for (const format of [undefined, { ragged: 'fill' }, { nulls: ['x', '5'] }, { comment: '#' }, withUnits] as const) {
      for (const head of ['n,value\n', '# a\nn,value\n', '\ufeffn,value\r\n']) {
        const bytes = Buffer.from(head + (format === withUnits ? 's,degC\n' : '') + rows(200, value));
        for (const partBytes of [100, 700]) {
          const found = await outcome(joinedText(bytes, partBytes, format));
          if (found !== undefined)
            assert.deepEqual(found, await outcome(wholeText(bytes, format)), JSON.stringify([format, head]));
        }
      }
    }
  });
}

test('a table whose parts are alike is joined', async () => {
  const bytes = Buffer.from(`n,value\n${rows(200, (row) => (row === 150 ? 'x' : String(row)))}`);
  assert.equal(await joinedText(bytes, 100), await wholeText(bytes));
});

/** Lines that are faults, most often. */
const faultyLines: readonly ((row: string) => string)[] = [
  (row) => `${row},1`,
  (row) => `${row}\n1`,
  () => '',
  (row) => `"${row}`,
  (row) => `"a"b${row}`,
  (row) => `"a\n${row}"\n${row}`,
  (row) => row.toUpperCase(),
  () => 'time,b,c,d,e',
];

test('faulty tables in parts have the error of one pass, with its line', async () => {
  let faults = 0;
  for (const seed of seeds(150)) {
    const random = randomOf(seed);
    const { bytes, format } = randomTable(random);
    const lines = bytes.toString().split('\n');
    for (let count = 1 + random(3); count > 0; count -= 1) {
      const at = 1 + random(lines.length - 1);
      lines[at] = oneOf(random, faultyLines)(lines[at]!);
    }
    const faulty = Buffer.from(lines.join('\n'));
    const found = await outcome(joinedText(faulty, oneOf(random, [60, 300, 1000]), format));
    if (found === undefined) continue;
    if (found instanceof Error) faults += 1;
    const whole = await outcome(wholeText(faulty, format));
    assert.deepEqual(found, whole, `seed ${seed}`);
  }
  assert.ok(faults > 15, `${faults} tables had a fault in a part`);
});

test('a quote that is not closed is a fault in the last part alone', async () => {
  const text = (row: number): Buffer =>
    Buffer.from(`n,value\n${rows(200, (each) => (each === row ? '"open' : String(each)))}`);
  assert.equal(await joinedText(text(50), 100), undefined);
  const message = '/a.csv cannot be read: line 201: a quote that opens here is not closed';
  await assert.rejects(joinedText(text(199), 100), { code: 'invalid-content', message });
  await assert.rejects(wholeText(text(199)), { code: 'invalid-content', message });
});

test('a table without lines above its rows, and one with stated types, are scanned in one pass', async () => {
  const bytes = Buffer.from(rows(200, String));
  assert.equal(await joinedText(bytes, 100, { header: false }), undefined);
  assert.equal(await joinedText(bytes, 100, { types: { '*': 'text' } }), undefined);
});

test('a small file is not divided, and a large one begins each part with a line', () => {
  const disk = createMemoryDisk();
  const handle = disk.create('a');
  handle.append(Buffer.from('1\n22\n333\n4444\n55555'));
  handle.close();
  assert.equal(partsOf(disk, { name: 'a', sizeBytes: 19 }, sizes(10)), undefined);
  assert.deepEqual(
    partsOf(disk, { name: 'a', sizeBytes: 19 }, sizes(4))?.map(({ from }) => from),
    [0, 5, 9, 14],
  );
  assert.equal(partsOf(disk, { name: 'a', sizeBytes: 19 }, sizes(9))?.length, 2);
});

test('example lines of parts are those of the file', async () => {
  for (const seed of seeds(20)) {
    const random = randomOf(seed);
    const text = randomLines(random).join('\n');
    const { file, openDisk } = inMemory(Buffer.from(text), 'a.ndjson');
    const { hostPath, sizeBytes } = file;
    const all = { from: 0, to: sizeBytes };
    const ranges = partsOf(openDisk(''), { name: 'a.ndjson', sizeBytes }, sizes(200 + random(800))) ?? [all];
    const linesOf = async (parts: readonly (typeof all)[]): Promise<string | undefined> => {
      const found = await Promise.all(
        parts.map((range, index) =>
          examplesIn(openDisk, { kind: 'lines', hostPath, range, isLast: index === parts.length - 1 }),
        ),
      );
      const lines = found.filter((each) => each !== undefined);
      const examples = lines.length < found.length ? undefined : joinExamples(lines);
      return examples && JSON.stringify([examples.lines.map(String), [...examples.textKeys]]);
    };
    assert.equal(await linesOf(ranges), await linesOf([all]), `seed ${seed}`);
  }
});

const needsThreads = { skip: availableParallelism() < 2 && 'needs two processors' };

/** A file on the disk, and its parts. */
function onDisk(value = (row: number) => String(row / 8)): {
  readonly file: SourceFile;
  readonly parts: readonly TablePart[];
  readonly headLines: number;
} {
  const bytes = Buffer.from(`n,value\n${rows(5000, value)}`);
  const hostPath = join(folder, 'a.csv');
  writeFileSync(hostPath, bytes);
  const reading = readingOf('file', 'a.csv')!;
  const file = { hostPath, pondPath: '/a.csv', sizeBytes: bytes.length, reading };
  return { file, ...planParts(openHostDisk, file, sizes(4000))! };
}

test('threads scan the parts of a table', needsThreads, async () => {
  const { file, parts, headLines } = onDisk();
  const own: (typeof parts)[number][] = [];
  const scans = await inThreads<TablePart, PartScan | PartFault>(parts, {
    own: (part) => {
      own.push(part);
      return scanPart(openHostDisk, part);
    },
    signal: undefined,
  });
  assert.ok(own.length < parts.length, `${own.length} of ${parts.length} parts in this thread`);
  const whole = await scanFile({ connect, openDisk: openHostDisk }, file);
  assert.deepEqual(joinScans(scans!, { headLines, pondPath: file.pondPath }), savedOf(whole));
});

test('threads scan the parts of a file of JSON', needsThreads, async () => {
  const hostPath = join(folder, 'a.ndjson');
  writeFileSync(hostPath, '{"a":1}\n{"a":2.5}\n');
  const part = { kind: 'lines', hostPath, isLast: true } as const;
  const parts: LinesPart[] = [
    { ...part, range: { from: 0, to: 8 } },
    { ...part, range: { from: 8, to: 18 } },
  ];
  const [, second] = (await inThreads<LinesPart, Uint8Array>(parts, {
    own: (each) => examplesIn(openHostDisk, each),
    signal: undefined,
  }))!;
  assert.equal(Buffer.from(second!).toString(), '{"a":2.5}\n\n');
});

test('a fault ends the parts after it, and those before it are scanned', needsThreads, async () => {
  const { file, parts, headLines } = onDisk((row) => (row === 1500 ? '1,2' : String(row)));
  const found = await inThreads<TablePart, PartScan | PartFault>(parts, {
    own: (part) => scanPart(openHostDisk, part),
    isLast: hasFault,
    signal: undefined,
  });
  assert.ok(found!.length < parts.length, `${found!.length} of ${parts.length} parts`);
  assert.deepEqual(found!.map(hasFault), [...found!.slice(1).map(() => false), true]);
  const whole = await outcome(scanFile({ connect, openDisk: openHostDisk }, file));
  assert.throws(() => joinScans(found!, { headLines, pondPath: file.pondPath }), whole as Error);
});

test('a part that waits is ended by a fault before it', needsThreads, async () => {
  const { parts } = onDisk((row) => (row === 50 ? '1,2' : String(row)));
  // The last task begins in this thread, and waits until it is ended.
  const own = (_: TablePart, ended: AbortSignal): Promise<undefined> =>
    new Promise((_resolve, reject) => ended.addEventListener('abort', () => reject(cancelled())));
  const found = await inThreads<TablePart, PartScan | PartFault>(parts.slice(0, availableParallelism()), {
    own,
    isLast: hasFault,
    signal: undefined,
  });
  assert.deepEqual(found, [{ fault: { kind: 'width', line: 52, expected: 2, got: 3 } }]);
});

test('a part without a scan ends the others', needsThreads, async () => {
  const { parts } = onDisk();
  let count = 0;
  const own = (): Promise<undefined> => {
    count += 1;
    return Promise.resolve(undefined);
  };
  assert.equal(await inThreads<TablePart, PartScan | PartFault>(parts, { own, signal: undefined }), undefined);
  assert.equal(count, 1);
});

test('a part without a scan in another thread ends the one in this thread', needsThreads, async () => {
  const { parts } = onDisk();
  const [good] = parts;
  // A part that ends within a record has no scan.
  const bad = { ...good!, ranges: [{ from: 0, to: 30 }], isLast: false };
  const untilEnd = (_: TablePart, ended: AbortSignal): Promise<undefined> =>
    new Promise((_resolve, reject) => ended.addEventListener('abort', () => reject(cancelled())));
  assert.equal(
    await inThreads<TablePart, PartScan | PartFault>([bad, bad], { own: untilEnd, signal: undefined }),
    undefined,
  );
});

test('cancellation ends the threads', async () => {
  const { parts } = onDisk();
  const controller = new AbortController();
  const scanning = inThreads<TablePart, PartScan | PartFault>(parts, {
    own: (part, ended) => scanPart(openHostDisk, part, ended),
    signal: controller.signal,
  });
  controller.abort();
  await assert.rejects(scanning, { code: 'cancelled' });
});
