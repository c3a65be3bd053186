import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitVersion } from '../../server/src/delta/commit.ts';
import { LazyTable, refreshTable } from '../../server/src/delta/lazyTable.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { addOf } from './deltaTable.ts';

// A process that commits to the table in argv[2], argv[3] times, as fast as it can: it prints `ready`, waits for a
// line, and then prints `version txnId` for each acknowledged commit.
const [directory = '', count = '0'] = process.argv.slice(2);
const disk = openHostDisk(directory);
const snapshot = await openTable(disk);
let table = snapshot && LazyTable.of(disk, snapshot);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
for (let left = Number(count); left > 0 && table;) {
  table = refreshTable(disk, table);
  const version = table.head.version + 1;
  const txnId = randomUUID();
  const outcome = commitVersion(disk, commitNumber(version), {
    commitInfo: { txnId },
    adds: [addOf(`${txnId}.parquet`)],
  });
  if ('conflict' in outcome) continue;
  process.stdout.write(`${version} ${txnId}\n`);
  left--;
}
