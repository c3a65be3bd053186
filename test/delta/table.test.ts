import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { testDeltaContract } from '../contracts/deltaTable.ts';

testDeltaContract('a Delta table in memory', () => ({ disk: createMemoryDisk(), dispose: () => undefined }));

testDeltaContract('a Delta table on the host', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pond-delta-'));
  return { disk: openHostDisk(directory), dispose: () => rmSync(directory, { recursive: true }) };
});
