import { isPondError, PondError } from '../../../base/error.ts';
import { fieldsOf, parseJson } from '../../../base/json.ts';
import { parquetReading } from '../../../sandbox/formats.ts';
import { documentError } from '../../model/documentError.ts';
import { type RunContext } from '../../model/kind.ts';
import { progressName, titleOf } from '../../model/resourcePath.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { isCursor } from './journalEntries.ts';
import { journalRows } from './journalRows.ts';
import { type JournalSpec } from './journalSpec.ts';
import { readJournal } from './readJournal.ts';
import { writeRows } from './seriesWriter.ts';
import { type TailSpec } from './spec.ts';

/** Bytes of entries after which a long run commits. */
const checkpointBytes = 256 * 1024 * 1024;

/** Name of the series, unless the document gives one. */
const seriesName = 'journal';

/**
 * Runs a Tail of the journal: appends what is new, and keeps the position with it. When journalctl fails, the run fails at
 * its end, with the entries before kept. Fails as the pond does: then nothing since the last checkpoint is kept.
 */
export async function runJournal(context: RunContext<TailSpec>, journal: JournalSpec): Promise<RunOutcome> {
  const { resource, env, signal } = context;
  const path = resource.spec.series ?? seriesName;
  const notes = new Set<string>();
  const counts = { rows: 0, bytes: 0, files: 0 };
  let [after, unsaved] = [await readPosition(context), 0];
  const note = (text: string): void => void notes.add(text);
  try {
    for await (const { entries, bytes } of readJournal({ journal, after, env, signal, note })) {
      const last = entries.at(-1);
      if (last === undefined) continue;
      const rows = { bytes: journalRows(entries), reading: parquetReading };
      const written = await writeRows(context, path, { rows, from: '/the journal' });
      counts.rows += written.rows;
      counts.bytes += written.bytes;
      after = last.cursor;
      await (await context.home()).writeFile(progressName, encodePosition(after));
      context.progress('entries', counts.rows);
      unsaved += bytes;
      if (unsaved < checkpointBytes) continue;
      unsaved = 0;
      await context.checkpoint(counts);
    }
  } catch (error) {
    if (!isPondError(error, 'run-failed') && !isPondError(error, 'invalid-content')) throw error;
    const message = `${titleOf(resource)}: ${error.message}`;
    const failure = documentError(resource, 'run-failed', message, {
      at: ['journal'],
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
    return { ...counts, notes: [...notes], failure };
  }
  return { ...counts, notes: [...notes] };
}

/** Undefined before the first run, and after runs over files. Fails `invalid-content`: to begin again would repeat rows. */
async function readPosition({ home }: RunContext<TailSpec>): Promise<string | undefined> {
  const directory = await home();
  if (!(await directory.exists(progressName))) return undefined;
  const { journal, logs } = fieldsOf(parseJson(await directory.readFile(progressName)));
  const { cursor } = fieldsOf(journal);
  if (isCursor(cursor)) return cursor;
  if (logs !== undefined) return undefined;
  throw new PondError('invalid-content', `${progressName} does not say how far the journal was read`, {
    path: progressName,
    hint: 'Restore it from a commit before it was changed.',
  });
}

function encodePosition(cursor: string): Uint8Array {
  return Buffer.from(`${JSON.stringify({ journal: { cursor } })}\n`);
}
