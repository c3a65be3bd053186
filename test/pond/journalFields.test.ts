/** Every field of a staged change in the journal: damage to it is an error that names it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { encodeFrame, FrameReader, type JournalFrame } from '../../server/src/pond/journalFrames.ts';
import { journalPath } from '../../server/src/pond/workPaths.ts';
import { readJournal } from '../../server/src/pond/journal.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { overwrite } from '../support/pondState.ts';
import { bytesOf, linesOf, parquetOf } from '../support/tree.ts';

/** A pond with every form of staged change: nodes of all states, and all places of content. */
async function makePond(): Promise<Disk> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'fields');
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.writeFile('/d/moved', bytesOf('moved'));
  await root.writeFile('/removed', bytesOf('removed'));
  await root.writeFile('/s', parquetOf('one'), { type: 'series' });
  await pond.commit({ message: '1', author: 'test' });
  await root.rename('/d/moved', '/moved');
  await root.remove('/removed');
  await root.copy('/moved', '/copy');
  await root.writeFile('/d/a', bytesOf('a'), { attributes: { k: 'v' } });
  await root.writeFile('/large', new Uint8Array(100_000));
  await root.writeFile('/s', parquetOf('two'));
  await root.writeFile('/s', parquetOf('three'));
  await root.createDirectory('/new/inner', { parents: true });
  await root.createSymlink('/link', 'd/a');
  await pond.close();
  return disk;
}

interface RawFrame {
  readonly json: JournalFrame['json'];
  readonly content: Uint8Array;
}

function framesOf(disk: Disk): readonly RawFrame[] {
  const reader = new FrameReader(disk, journalPath);
  const bytes = disk.readFile(journalPath)!;
  const frames: RawFrame[] = [];
  for (let at = 0, frame = reader.frameAt(0); frame !== undefined; at = frame.end, frame = reader.frameAt(at)) {
    frames.push({ json: frame.json, content: bytes.slice(frame.contentOffset, frame.end) });
  }
  return frames;
}

type FieldPath = readonly (string | number)[];

/** The paths of all fields in a value, those of objects and lists included. */
function fieldsOf(value: unknown, path: FieldPath = []): readonly FieldPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, field]) =>
    fieldsOf(field, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? below : [path, ...below];
}

/** A copy of a value with another value at a path. */
function withField(value: unknown, [key, ...rest]: FieldPath, replaced: unknown): unknown {
  if (key === undefined) return replaced;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === key ? withField(item, rest, replaced) : item));
  }
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [key]: withField(object[key], rest, replaced) };
}

function writeFrames(disk: Disk, frames: readonly RawFrame[]): void {
  overwrite(disk, journalPath, Buffer.concat(frames.map(({ json, content }) => encodeFrame(json, content))));
}

const disk = await makePond();
const sound = framesOf(disk);
const positions = new Set<unknown>(['batch', 'run', 'more']);

it('a header of the journal that is damaged in a field is an error', () => {
  const [{ json, content } = assert.fail('the journal has a header'), ...others] = sound;
  for (const field of [{ format: '1' }, { run: 1 }, { base: -1 }, { base: 1.5 }, { base: '1' }, { base: undefined }]) {
    const altered = { ...json, ...field } as unknown as JournalFrame['json'];
    writeFrames(disk, [{ json: altered, content }, ...others]);
    const what = JSON.stringify(field);
    assert.throws(() => readJournal(disk), { code: 'journal-damaged', message: /is damaged at byte 0/ }, what);
  }
  writeFrames(disk, sound);
});

describe('a staged change in the journal', () => {
  it('is read back from each of its forms', async () => {
    const states = readJournal(disk).batches.flatMap(({ changes }) =>
      changes.map(({ node }) => (node?.state === 'staged' ? node.content.in : node?.state)),
    );
    assert.deepEqual([...new Set(states)].sort(), ['blob', 'committed', 'journal', 'new', 'row', undefined]);
    const pond = await openPondOn(disk, 'fields', { mode: 'read' });
    const lines = await linesOf(await pond.fs.root());
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('/large')),
      [
        ...['/copy moved', '/d/', '/d/a a', '/link -> d/a', '/moved moved', '/new/', '/new/inner/'],
        '/s PAR1 three PAR1',
      ],
    );
    await pond.close();
  });

  it('that is damaged in any field is an error that names the field', () => {
    let checked = 0;
    for (const [index, { json, content }] of sound.entries()) {
      for (const path of index === 0 ? [] : fieldsOf(json)) {
        if (positions.has(path[0])) continue;
        const field = String(path.findLast((key) => typeof key === 'string'));
        const altered = withField(json, path, [7]) as JournalFrame['json'];
        writeFrames(disk, sound.with(index, { json: altered, content }));
        assert.throws(
          () => readJournal(disk),
          (error) =>
            isPondError(error, 'journal-damaged') && error.message.includes(field === 'k' ? 'attributes' : field),
          path.join('.'),
        );
        checked++;
      }
    }
    assert.ok(checked > 200, `only ${checked} fields`);
    writeFrames(disk, sound);
  });

  it('with a malformed position is an error, and not an unfinished change', () => {
    for (const [index, { json, content }] of sound.entries()) {
      for (const position of [{ batch: 7 }, { run: '1' }, { run: 1.5 }, { more: 1 }, { more: false }]) {
        const altered = { ...json, ...position } as unknown as JournalFrame['json'];
        writeFrames(disk, sound.with(index, { json: altered, content }));
        const what = `frame ${index}: ${JSON.stringify(position)}`;
        assert.throws(() => readJournal(disk), { code: 'journal-damaged', message: /is damaged at byte \d+/ }, what);
      }
    }
    writeFrames(disk, sound);
  });

  it('without a field that its state needs is an error that names the field', () => {
    const wanted = ['directory', 'id', 'type', 'version', 'sizeBytes', 'sha256', 'attributes', 'name', 'seriesHash'];
    for (const [index, { json, content }] of sound.entries()) {
      for (const path of fieldsOf(json)) {
        const field = path.at(-1);
        if (index === 0 || !wanted.includes(String(field)) || path.includes('attributes')) continue;
        writeFrames(
          disk,
          sound.with(index, { json: withField(json, path, undefined) as JournalFrame['json'], content }),
        );
        assert.throws(() => readJournal(disk), { code: 'journal-damaged', message: new RegExp(`${String(field)} is`) });
      }
    }
    writeFrames(disk, sound);
  });
});
