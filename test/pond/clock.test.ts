import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initPondOn } from '../support/pond.ts';
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
