/**
 * The latest run of a resource that says what its latest record says, and therefore has no record in the history. Anyone may
 * have written it down, so it says nothing but when that run was: it counts only if it repeats the latest record.
 */
import { fieldsOf, parseJson } from '../../base/json.ts';
import { type LocalRecords } from '../../pond/localRecords.ts';
import { recordsName, resourceDirectory } from '../model/resourcePath.ts';
import { isRunRecord, repeats, type RunRecord, shortened } from './records.ts';

/** A run without a record. */
interface UnrecordedRun {
  readonly record: RunRecord;
  /** Number of runs without a record since the latest record, this one included. */
  readonly count: number;
}

/** Returns the latest run that repeats the latest record of a resource; undefined if none is known. Never fails. */
export function readUnrecorded(
  records: Pick<LocalRecords, 'read'>,
  id: string,
  latest: RunRecord,
): UnrecordedRun | undefined {
  const bytes = records.read(id);
  const { after, count, run } = fieldsOf(bytes && parseJson(bytes));
  if (after !== latest.started || !isCount(count) || !isRunRecord(run)) return undefined;
  const isLater = Date.parse(run.started) >= Date.parse(latest.started);
  return isLater && repeats(run, latest) ? { record: run, count } : undefined;
}

/** Writes down a run that repeats the latest record of a resource; returns the number of such runs since then. */
export function writeUnrecorded(
  records: LocalRecords,
  { kind, id, record }: { readonly kind: string; readonly id: string; readonly record: RunRecord },
  latest: RunRecord,
): number {
  const count = (readUnrecorded(records, id, latest)?.count ?? 0) + 1;
  const text = `${JSON.stringify({ after: latest.started, count, run: shortened(record) })}\n`;
  records.write(id, Buffer.from(text), `${resourceDirectory({ kind, id })}/${recordsName}`);
  return count;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
