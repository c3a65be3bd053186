/** A Watertown pond as a source of a migration. */
import { groupBy } from '../base/groupBy.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { type Job } from '../base/job.ts';
import { type Disk } from '../storage/disk.ts';
import { compareContents } from './watertownCompare.ts';
import { WatertownContents } from './watertownContent.ts';
import { draftOf } from './watertownDrafts.ts';
import { WatertownHistory } from './watertownHistory.ts';
import { timeNotes } from './watertownTimes.ts';
import { readWatertownTable } from './watertownTable.ts';
import {
  type FinalChanges,
  type SourceChange,
  type SourceCommit,
  type SourceHistory,
  type SourceOptions,
} from './source.ts';

/** Returns the history on a disk whose root is the data directory of a pond. Reads and checks every content. */
export async function watertownSource(disk: Disk, job: Job, options: SourceOptions): Promise<SourceHistory> {
  const findings: Pick<SourceHistory, 'damage' | 'left'> = { damage: [], left: [] };
  const table = await readWatertownTable(disk, findings, job);
  const history = new WatertownHistory(new WatertownContents(disk, job), findings, {
    ...table,
    isEvery: options.history === 'every',
    parser: options.parser,
  });
  const commits: SourceCommit[] = [];
  const transactions = groupBy(table.rows, ({ txn }) => txn);
  for (const [txn, rows] of transactions) {
    throwIfCancelled(job.signal);
    job.progress?.('checking transactions', commits.length, transactions.size);
    commits.push(await history.commitOf(txn, rows, table.commands.get(txn)));
  }
  for (const [pond, count] of table.foreign) {
    findings.left.push({
      path: pond,
      reason: `${count} rows are of this pond, which is mounted in the source`,
      hint: 'Migrate that pond itself.',
    });
  }
  const secrets = new Map<string, readonly string[]>();
  const final = draftsOf(history, secrets);
  return {
    ...{ system: 'Watertown', commits, secrets, ...findings },
    notes: [...final.notes, ...history.appended.notes],
    finish: async (migrated) => ({
      changes: final.changes,
      notes: [
        ...(await timeNotes(history.times, migrated)),
        ...(await history.appended.rowNotes(migrated, (id) => history.pathOf(id))),
      ],
    }),
    compare: async (migrated) => await compareContents(history.contents, migrated, job),
    close: () => undefined,
  };
}

/** Dynamic nodes of the last state, as texts below the directory of the migration. */
function draftsOf(history: WatertownHistory, secrets: Map<string, readonly string[]>): FinalChanges {
  const changes: SourceChange[] = [];
  const known = new Map<string, string>();
  let documents = 0;
  for (const node of history.dynamicNodes()) {
    const { text, variables, isDocument } = draftOf(node, known);
    const bytes = new TextEncoder().encode(text);
    const path = `/migrated${node.path}.yaml`;
    changes.push({ kind: 'version', path, type: 'file', sizeBytes: bytes.length, open: () => bytes });
    for (const name of variables) secrets.set(name, [...(secrets.get(name) ?? []), path]);
    documents += Number(isDocument);
  }
  const others = changes.length - documents;
  const notes =
    changes.length === 0
      ? []
      : [
          `${documents} drafts of documents and ${others} settings without a counterpart are below /migrated; none is applied.`,
        ];
  return { changes, notes };
}
