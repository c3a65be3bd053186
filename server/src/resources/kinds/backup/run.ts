import { hostname, userInfo } from 'node:os';
import { push, type PushReport } from '../../../replica/push.ts';
import { requireOriginal } from '../../../replica/adoption.ts';
import { type RunContext } from '../../model/kind.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { isRecordOfCopy } from './copyInfo.ts';
import { ledgerOf, openBackup } from './openBackup.ts';
import { type BackupSpec } from './spec.ts';

/** Sends what is new to the store of a Backup. */
export async function runBackup(context: RunContext<BackupSpec>): Promise<RunOutcome> {
  const { resource, env, now, signal, progress } = context;
  const { stored } = context.pond;
  requireOriginal(stored.disk, resource.name);
  const store = await openBackup(resource, stored.pond, env);
  try {
    const parts = { source: stored, store, ledger: ledgerOf(resource, stored.pond) };
    const report = await push(parts, {
      ...{ backup: resource.id, by: `${userInfo().username}@${hostname()}`, now, signal, progress },
      isMinor: isRecordOfCopy,
    });
    return { rows: 0, bytes: report.bytes, files: report.objects, notes: notesOf(report, store.address) };
  } finally {
    store.close();
  }
}

function notesOf({ commits, after, notes }: PushReport, address: string): readonly string[] {
  if (commits === 0) return notes;
  return [`sent ${commits} ${commits === 1 ? 'commit' : 'commits'}, up to ${after}, to ${address}`, ...notes];
}
