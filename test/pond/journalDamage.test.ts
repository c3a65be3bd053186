/** Damage of the journal, and the state that a crash leaves: they are distinguished, and reported. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { encodeFrame, FrameReader, type FrameRef } from '../../server/src/pond/journalFrames.ts';
import { journalEndPath } from '../../server/src/pond/journalEnd.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { ownProcessTable } from '../../server/src/storage/processTable.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { endLockHolders, overwrite } from '../support/pondState.ts';
import { bytesOf } from '../support/tree.ts';

const journalPath = '_pond/journal';

interface Made {
  /** As its writer left it when it closed the pond. */
  readonly closed: DiskImage;
  /** As its writer left it when it was killed. */
  readonly killed: DiskImage;
  /** As its writer left it when the machine was restarted. */
  readonly restarted: DiskImage;
}

/** A pond with a commit and two staged changes, in two groups of the journal. */
async function makePond(): Promise<Made> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'damaged');
  const root = await pond.fs.root();
  await root.writeFile('/a', bytesOf('one'));
  await pond.commit({ message: '1', author: 'test' });
  await root.writeFile('/first', bytesOf('staged first'));
  await root.writeFile('/second', bytesOf('staged second'));
  const [died, stopped] = [createMemoryDisk(imageOf(disk)), createMemoryDisk(imageOf(disk))];
  endLockHolders(died, { isKilled: true });
  endLockHolders(stopped);
  await pond.close();
  return { closed: imageOf(disk), killed: imageOf(died), restarted: imageOf(stopped) };
}

const { closed: sound, killed, restarted } = await makePond();

function alterLastByte(disk: Disk): void {
  const bytes = disk.readFile(journalPath)!;
  bytes[bytes.length - 1]! ^= 0xff;
  overwrite(disk, journalPath, bytes);
}

function shorten(disk: Disk): void {
  overwrite(disk, journalPath, disk.readFile(journalPath)!.subarray(0, disk.stat(journalPath)!.sizeBytes - 20));
}

const replace =
  (path: string, change: (bytes: Uint8Array) => Uint8Array) =>
  (disk: Disk): void =>
    overwrite(disk, path, change(disk.readFile(path)!));
const commit = (number: number): string => `_delta_log/${String(number).padStart(20, '0')}.json`;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

interface Refused {
  readonly damage: (disk: Disk) => void;
  readonly code: ErrorCode;
  readonly says: RegExp;
}

const refused: Readonly<Record<string, Refused>> = {
  'a journal of other text': {
    damage: replace(journalPath, () => bytesOf('touch here\n')),
    code: 'journal-damaged',
    says: /damaged at byte 0/,
  },
  'a journal with more than frames': {
    damage: replace(journalPath, (bytes) => Buffer.concat([bytes, bytesOf('more')])),
    code: 'journal-damaged',
    says: /damaged at byte/,
  },
  'a journal whose frames are not objects': {
    damage: replace(journalPath, () => encodeFrame([7] as never, new Uint8Array())),
    code: 'journal-damaged',
    says: /damaged at byte 0/,
  },
  'a damaged commit and no journal that says whether it was acknowledged': {
    damage: (disk) => {
      disk.remove(journalPath);
      replace(commit(1), (bytes) => bytes.subarray(3))(disk);
    },
    code: 'pond-damaged',
    says: /^commit 1 is damaged/,
  },
  'a table id that is not UUID': {
    damage: replace(commit(0), (bytes) =>
      bytesOf(text(bytes).replace(/("metaData":\{"id":")[^"]*/, '$1../../outside')),
    ),
    code: 'pond-damaged',
    says: /a UUID as the id of the table/,
  },
  'a folder in the place of the journal': {
    damage: (disk) => {
      disk.remove(journalPath);
      disk.makeDirectory(journalPath);
    },
    code: 'pond-damaged',
    says: /expected a file at _pond\/journal/,
  },
};

describe('opening a pond with', () => {
  for (const [name, { damage, code, says }] of Object.entries(refused)) {
    it(`${name} is refused, and quarantines nothing`, async () => {
      const disk = createMemoryDisk(sound);
      damage(disk);
      for (const mode of ['read', 'write'] as const) {
        await assert.rejects(openPondOn(disk, 'damaged', { mode }), (error: unknown) => {
          assert.ok(isPondError(error, code), String(error));
          return says.test(error.message);
        });
      }
      assert.deepEqual(disk.list('_pond/quarantine'), []);
    });
  }

  it('a journal whose end never reached the disk shows what was acknowledged', async () => {
    const disk = createMemoryDisk(restarted);
    replace(journalPath, (bytes) => bytes.fill(0, bytes.length - 100))(disk);
    const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
    const { staged, quarantined } = await pond.status();
    assert.deepEqual([staged.map(({ path }) => path), pond.notices.length, quarantined.length], [['/first'], 1, 1]);
    await pond.close();
  });

  it('a missing journal is reported once', async () => {
    const disk = createMemoryDisk(sound);
    disk.remove(journalPath);
    const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
    assert.match(pond.notices.join(), /what was staged, if anything was, is gone$/);
    await pond.close();
    const again = await openPondOn(disk, 'damaged', { mode: 'write' });
    assert.deepEqual(again.notices, []);
    await again.close();
  });
});

describe('one altered byte of the journal', () => {
  for (const bits of [0x01, 0x80]) {
    it(`is never mistaken for an unfinished change: bits ${bits}`, async () => {
      const bytes = createMemoryDisk(sound).readFile(journalPath)!;
      for (let offset = 0; offset < bytes.length; offset++) {
        const disk = createMemoryDisk(sound);
        overwrite(
          disk,
          journalPath,
          bytes.map((byte, at) => (at === offset ? byte ^ bits : byte)),
        );
        const opening = openPondOn(disk, 'damaged', { mode: 'read' });
        await assert.rejects(opening, { code: 'journal-damaged' }, `byte ${offset}`);
      }
    });
  }

  it('is reported with a solution: the changes staged before it can be kept', async () => {
    const disk = createMemoryDisk(restarted);
    alterLastByte(disk);
    const error: unknown = await openPondOn(disk, 'damaged', { mode: 'read' }).catch((caught: unknown) => caught);
    assert.ok(isPondError(error, 'journal-damaged'));
    const kept = Number(/cut it to its first (\d+) bytes/.exec(error.hint ?? '')?.[1]);
    overwrite(disk, journalPath, disk.readFile(journalPath)!.subarray(0, kept));
    const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
    const { staged, notices } = await pond.status();
    assert.deepEqual([staged.map(({ path }) => path), notices], [['/first'], []]);
    await pond.close();
  });
});

describe('an unfinished change at the end of the journal', () => {
  it('is reported by a reader, unless a process is still writing it', async () => {
    const disk = createMemoryDisk(restarted);
    shorten(disk);
    const reader = await openPondOn(disk, 'damaged', { mode: 'read' });
    assert.match(
      reader.notices.join(),
      /^the last \d+ bytes of the journal are an unfinished change and are left out$/,
    );
    await reader.close();

    const writer = await openPondOn(disk, 'damaged', { mode: 'write' });
    const root = await writer.fs.root();
    await root.backend.batch(async () => {
      // More than is buffered before it is written.
      for (let i = 0; i < 10; i++) await root.writeFile(`/${i}`, bytesOf('x'.repeat(60_000)));
      const reader = await openPondOn(disk, 'damaged', { mode: 'read' });
      assert.deepEqual(reader.notices, []);
      await reader.close();
    });
    await writer.close();
  });

  it('is listed in the status as quarantined, until a person removes it', async () => {
    const disk = createMemoryDisk(restarted);
    shorten(disk);
    await (await openPondOn(disk, 'damaged', { mode: 'write' })).close();
    const reader = await openPondOn(disk, 'damaged', { mode: 'read' });
    const { quarantined, notices } = await reader.status();
    assert.match(quarantined.map(({ path }) => path).join(), /^_pond\/quarantine\/journal-\d+-\d+$/);
    assert.match(quarantined[0]!.text, /^The end of the journal from byte \d+, cut off at \d.*Z\. Remove this file/);
    assert.deepEqual(notices, []);
    disk.remove(quarantined[0]!.path);
    assert.deepEqual((await reader.status()).quarantined, []);
    await reader.close();
  });

  it('is cut and kept in parts, without the zeros that a crash leaves at its end: a journal may exceed the memory', async () => {
    const whole = createMemoryDisk(restarted).readFile(journalPath)!;
    const [, first = 0] = endsOfRuns(createMemoryDisk(restarted));
    for (const [what, kept, ownBytes] of [
      ['zeros alone', ['/first', '/second'], 0],
      ['an unfinished change and zeros', ['/first'], whole.length - 20 - first],
    ] as const) {
      const inner = createMemoryDisk(restarted);
      const left = ownBytes === 0 ? whole : whole.subarray(0, whole.length - 20);
      overwrite(inner, journalPath, Buffer.concat([left, Buffer.alloc(9 * 1024 * 1024)]));
      const readRange: Disk['readRange'] = (path, start, end) => {
        assert.ok(end - start <= 4 * 1024 * 1024, `${what}: ${end - start} bytes at once`);
        return inner.readRange(path, start, end);
      };
      const pond = await openPondOn({ ...inner, readRange }, 'damaged', { mode: 'write' });
      const { staged, quarantined } = await pond.status();
      assert.deepEqual([staged.map(({ path }) => path), pond.notices.length], [kept, 1], pond.notices.join());
      assert.deepEqual(
        quarantined.map(({ path }) => inner.stat(path)?.sizeBytes),
        ownBytes === 0 ? [] : [ownBytes],
      );
      assert.ok(inner.stat(journalPath)!.sizeBytes <= whole.length);
      await pond.close();
    }
  });
});

// The record of a killed process counts only where the system has an id of its start.
const isBootKnown = ownProcessTable().boot !== undefined;
const images = { 'the pond was closed': sound, ...(isBootKnown && { 'its process was killed': killed }) };
for (const [when, left] of Object.entries(images)) {
  describe(`a journal that was whole when ${when}, and is`, () => {
    const runEnds = endsOfRuns(createMemoryDisk(sound));
    const cutTo =
      (sizeBytes: number) =>
      (bytes: Uint8Array): Uint8Array =>
        bytes.subarray(0, sizeBytes);
    const older = createMemoryDisk(sound).readFile(journalPath)!.slice(0, runEnds[1]);
    const ways: Readonly<Record<string, readonly [(bytes: Uint8Array) => Uint8Array, readonly string[]]>> = {
      'cut at the end of a run': [cutTo(runEnds[1]!), ['/first']],
      'cut at the end of its header': [cutTo(runEnds[0]!), []],
      'cut inside a run': [cutTo(runEnds[1]! + 40), ['/first']],
      emptied: [cutTo(0), []],
      'replaced by an older copy': [() => older, ['/first']],
      'replaced by the journal of another batch': [
        (bytes) => encodeFrame({ ...headerIn(bytes), batch: 'another' }, new Uint8Array()),
        [],
      ],
    };
    for (const [name, [damage, shown]] of Object.entries(ways)) {
      it(`${name} is reported when it is opened, and listed until a person removes the note`, async () => {
        const disk = createMemoryDisk(left);
        replace(journalPath, damage)(disk);
        const isLoss = (notices: readonly string[]): void => {
          assert.equal(notices.length, 1, notices.join());
          assert.match(
            notices[0]!,
            /^the journal (lost its last \d+ bytes since it was written: |is not the one that was written last: )/,
          );
        };
        for (let time = 0; time < 2; time++) {
          const reader = await openPondOn(disk, 'damaged', { mode: 'read' });
          isLoss(reader.notices);
          assert.match(reader.notices[0]!, /restore _pond\/journal from a copy before you change the pond$/);
          await reader.close();
        }
        const writer = await openPondOn(disk, 'damaged', { mode: 'write' });
        isLoss(writer.notices);
        await (await writer.fs.root()).writeFile('/third', bytesOf('three'));
        await writer.close();
        const again = await openPondOn(disk, 'damaged', { mode: 'write' });
        const { notices, staged, quarantined } = await again.status();
        assert.deepEqual([notices, staged.map(({ path }) => path)], [[], [...shown, '/third']]);
        assert.match(
          quarantined.map(({ text }) => text).join(),
          /Remove this file once nothing that you staged is missed\.$/,
        );
        await again.close();
      });
    }
  });
}

describe('a journal that is as its writer left it', () => {
  it('is compared with no record from before a restart, and with none that cannot be read', async () => {
    const bytes = createMemoryDisk(restarted).readFile(journalEndPath)!;
    assert.match(text(bytes), /^(\{"lock":"[-0-9a-f]{36}","batch":"[-0-9a-f]{36}","sizeBytes":\d+\}\n)+$/);
    const records = [bytes, bytesOf(''), bytesOf('rubbish\n'), bytesOf('{}\n[]\n'), Buffer.alloc(9_000)];
    for (const [image, some] of [[restarted, records] as const, [killed, records.slice(1)] as const]) {
      for (const record of some) {
        const disk = createMemoryDisk(image);
        overwrite(disk, journalEndPath, record);
        replace(journalPath, (journal) => journal.subarray(0, endsOfRuns(disk)[1]))(disk);
        const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
        assert.deepEqual(pond.notices, []);
        await pond.close();
      }
    }
  });

  it('is not reported: nothing staged, or staged, committed and discarded in any order, closed or killed', async () => {
    const disk = createMemoryDisk(sound);
    const steps: readonly ((pond: Pond) => Promise<unknown>)[] = [
      (pond) => pond.discard(['/first']),
      async (pond) => (await pond.fs.root()).writeFile('/third', bytesOf('three')),
      (pond) => pond.discard(),
      () => Promise.resolve(),
      async (pond) => (await pond.fs.root()).writeFile('/fourth', bytesOf('four')),
      (pond) => pond.commit({ message: '2', author: 'test' }),
      async (pond) => (await pond.fs.root()).remove('/fourth'),
    ];
    for (const step of steps) {
      for (const mode of ['read', 'write'] as const) {
        const pond = await openPondOn(disk, 'damaged', { mode });
        const { notices, quarantined } = await pond.status();
        assert.deepEqual([notices, quarantined], [[], []]);
        if (mode === 'write') await step(pond);
        const left = createMemoryDisk(imageOf(disk));
        await pond.close();
        endLockHolders(left, { isKilled: true });
        for (const next of ['read', 'write'] as const) {
          const after = await openPondOn(left, 'damaged', { mode: next });
          assert.deepEqual(after.notices, []);
          await after.close();
        }
      }
    }
  });
});

/** Offsets after the header and after each run. */
function endsOfRuns(disk: Disk): readonly number[] {
  const ends: number[] = [];
  for (const { json, end } of new FrameReader(disk, journalPath).framesAfter(0))
    if (json.more === undefined) ends.push(end);
  return ends;
}

function headerIn(bytes: Uint8Array): FrameRef {
  const disk = createMemoryDisk({ directories: [], files: [['j', bytes]] });
  return new FrameReader(disk, 'j').frameAt(0)!.json;
}

describe('a pond', () => {
  it('is not written while it has a lock that cannot be understood, and the error names the lock', async () => {
    const unclear = ['rubbish', '\0\0\0', '{}', '[]', '{"id":"x","pid":"7","host":"h"}', '{"id":7,"pid":7,"host":"h"}'];
    for (const text of unclear) {
      const disk = createMemoryDisk(sound);
      overwrite(disk, '_pond/lock.7', bytesOf(text));
      await assert.rejects(openPondOn(disk, 'held', { mode: 'write' }), (error: unknown) => {
        assert.ok(isPondError(error, 'lock-held'), String(error));
        return error.message.includes('_pond/lock.7');
      });
      await (await openPondOn(disk, 'held', { mode: 'read' })).close();
      assert.deepEqual(disk.list('_pond/quarantine'), []);
    }
  });
});
