import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitVersion } from '../../server/src/delta/commit.ts';
import { openTable, refreshTable } from '../../server/src/delta/snapshot.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { addOf } from './deltaTable.ts';

// A process that commits to the table in argv[2], argv[3] times, as fast as it can: it says `ready`, waits for a line,
// and then says `version txnId` for each commit that it was told is done.
const [directory = '', count = '0'] = process.argv.slice(2);
const disk = openHostDisk(directory);
let snapshot = await openTable(disk);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
for (let left = Number(count); left > 0 && snapshot;) {
  snapshot = refreshTable(disk, snapshot);
  const version = snapshot.version + 1;
  const txnId = randomUUID();
  const outcome = commitVersion(disk, commitNumber(version), {
    commitInfo: { txnId },
    adds: [addOf(`${txnId}.parquet`)],
  });
  if ('conflict' in outcome) continue;
  process.stdout.write(`${version} ${txnId}\n`);
  left--;
}
