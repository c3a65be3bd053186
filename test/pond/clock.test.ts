import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';

const hourMs = 3_600_000;

test('a commit has the time of the system, however long the machine slept while the pond was open', async (t) => {
  const pond = await initPondOn(createMemoryDisk(), 'clock');
  const root = await pond.fs.root();
  // The clock that counts from the start of the process does not count sleep.
  const wakeMs = Date.now() + 8 * hourMs;
  t.mock.method(Date, 'now', () => wakeMs);
  await root.writeFile('/a', Buffer.from('1'));
  const { timeUs } = await pond.commit({ message: 'awake', author: 'test' });
  assert.ok(Math.abs(timeUs / 1000 - wakeMs) < hourMs);
  assert.ok(Math.abs((await root.get('/a'))!.node.modifiedUs / 1000 - wakeMs) < hourMs);
  await pond.close();
});

test('commits go forward in time although the clock is set back, and a change has the current time', async (t) => {
  const pond = await initPondOn(createMemoryDisk(), 'clock');
  const root = await pond.fs.root();
  const earlierMs = Date.now() - 8 * hourMs;
  const before = pond.head;
  t.mock.method(Date, 'now', () => earlierMs);
  await root.writeFile('/a', Buffer.from('1'));
  const after = await pond.commit({ message: 'set back', author: 'test' });
  assert.ok(after.timeUs > before.timeUs);
  assert.ok(Math.abs((await root.get('/a'))!.node.modifiedUs / 1000 - earlierMs) < hourMs);
  await pond.close();
});

test('a time that a commit is given is that of what it changed, not of a directory that kept its names', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'clock');
  const root = await pond.fs.root();
  const modifiedUs = async (path: string): Promise<number> => (await root.get(path))!.node.modifiedUs;
  await root.createDirectory('/d');
  await root.writeFile('/d/a', Buffer.from('1'));
  const { timeUs: firstUs } = await pond.commit({ message: 'named', author: 'test' });
  const namedUs = await modifiedUs('/d');
  await root.writeFile('/d/a', Buffer.from('2'));
  await root.writeFile('/b', Buffer.from('3'));
  const { timeUs } = await pond.commit({ message: 'given', author: 'test', timeUs: firstUs + 1000 });
  assert.equal(timeUs, firstUs + 1000);
  assert.deepEqual([await modifiedUs('/d/a'), await modifiedUs('/b'), await modifiedUs('/')], [timeUs, timeUs, timeUs]);
  assert.equal(await modifiedUs('/d'), namedUs);
  await pond.close();
});

test('a time that would not be read back is refused before anything is stored', async (t) => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'clock');
  const root = await pond.fs.root();
  await root.writeFile('/a', Buffer.from('1'));
  for (const year of [2256, 3026, 200_000, 400_000]) {
    const { mock } = t.mock.method(Date, 'now', () => (year - 1970) * 365.25 * 24 * hourMs);
    await assert.rejects(root.writeFile('/b', Buffer.from('2')), { code: 'time-out-of-range' });
    await assert.rejects(pond.commit({ message: 'late', author: 'test' }), { code: 'time-out-of-range' });
    mock.restore();
  }
  const late = pond.commit({ message: 'given', author: 'test', timeUs: 9.1e15 });
  await assert.rejects(late, { code: 'time-out-of-range' });
  await pond.close();
  const again = await openPondOn(disk, 'clock', { mode: 'write' });
  assert.deepEqual([await (await again.fs.root()).exists('/a'), again.head.number], [true, 0]);
  await again.commit({ message: 'the clock is right', author: 'test' });
  await again.close();
});
