import { hostname, userInfo } from 'node:os';
import { isRecent } from '../../../base/age.ts';
import { plural } from '../../../base/plural.ts';
import { type ErrorCode, isPondError, PondError } from '../../../base/error.ts';
import { push, type PushReport } from '../../../replica/push.ts';
import { type RememberedCopy } from '../../../replica/remoteCopy.ts';
import { verifyCopy } from '../../../replica/verify.ts';
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
    const copy = { source: stored, store, ledger: ledgerOf(resource, stored.pond) };
    const report = await push(copy, {
      ...{ backup: resource.id, by: `${userInfo().username}@${hostname()}`, now, signal, progress },
      isMinor: isRecordOfCopy,
      layout: resource.spec.layout,
      isSingleWriter: resource.spec.single_writer,
    });
    const verified = await verifyIfDue(context, copy);
    const notes = [...notesOf(report, store.address), ...verified.notes];
    const { failure } = verified;
    return { rows: 0, bytes: report.bytes, files: report.objects, notes, ...(failure && { failure }) };
  } catch (error) {
    throw withSafety(error);
  } finally {
    store.close();
  }
}

/** Failures that may come at any request of a push, whose own hints are about the cause alone. */
const interruptions: ReadonlySet<ErrorCode> = new Set(['remote-denied', 'remote-failed', 'storage-full']);

/** Returns the error with what is safe. */
function withSafety(error: unknown): unknown {
  if (!isPondError(error) || !interruptions.has(error.code)) return error;
  const cause = error.hint === undefined ? '' : `${error.hint} `;
  return error.with({ hint: `${cause}What is at the store stays whole, and the next run goes on.` });
}

function notesOf({ commits, after, notes }: PushReport, address: string): readonly string[] {
  if (commits === 0) return notes;
  return [`sent ${plural(commits, 'commit')}, up to ${after}, to ${address}`, ...notes];
}

const defaultSample = 0.02;
const monthMs = 30 * 24 * 60 * 60 * 1000;
/** Problems that a failure names; `pond backup verify` prints all. */
const namedMax = 3;

/** Verifies the copy when the document asks for it and the last verification is older than it says. */
async function verifyIfDue(
  { resource, now, signal, progress }: RunContext<BackupSpec>,
  copy: RememberedCopy,
): Promise<Pick<RunOutcome, 'notes' | 'failure'>> {
  const { verify } = resource.spec;
  const { store, ledger } = copy;
  const { tip, verifiedMs = 0 } = ledger.read();
  if (verify === undefined || tip === undefined) return { notes: [] };
  const { months, microseconds } = verify.every.duration;
  if (isRecent(verifiedMs, now(), months * monthMs + microseconds / 1000)) return { notes: [] };
  const share = verify.sample ?? defaultSample;
  const { problems, objects, readObjects } = await verifyCopy(copy, { share, signal, progress, known: tip });
  if (problems.length === 0) {
    ledger.update({ verifiedMs: now(), verifiedShare: share });
    return { notes: [`verified ${plural(objects, 'object')}, and read ${readObjects} of them`] };
  }
  const message = `the copy at ${store.address} has ${plural(problems.length, 'problem')}: ${problems.slice(0, namedMax).join('; ')}`;
  const hint = `'pond backup verify ${resource.name} --full' lists all.`;
  return { notes: [], failure: new PondError('remote-damaged', message, { hint }) };
}
