import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { assert } from '../../../base/assert.ts';
import { throwIfCancelled } from '../../../base/cancelled.ts';
import { isHostFolder } from '../../../storage/hostScan.ts';
import { makeProcessFolder } from '../../../storage/processFolder.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource, type RunContext } from '../../model/kind.ts';
import { progressName, titleOf } from '../../model/resourcePath.ts';
import { type RunCounts, type RunOutcome } from '../../model/runState.ts';
import { type HostPattern, parseHostPattern } from '../inbox/hostPattern.ts';
import { createNotes } from '../inbox/notes.ts';
import { findLogs } from './findLogs.ts';
import { followLog, type Following } from './followLog.ts';
import { decodeReadLogs, encodeReadLogs, type ReadLog, type ReadLogs, withAbsentNames } from './readLogs.ts';
import { renamedLogs } from './renamedLogs.ts';
import { runJournal } from './runJournal.ts';
import { writeLines } from './seriesWriter.ts';
import { type FilesSpec, type TailSpec } from './spec.ts';

/** Bytes of lines after which a long run commits. */
const checkpointBytes = 256 * 1024 * 1024;

/**
 * Runs a Tail. Logs that cannot be read are noted and fail the run at its end, with the others kept. Fails `run-failed`
 * without the folder of the pattern, and as the pond does: then nothing since the last checkpoint is kept.
 */
export async function runTail(context: RunContext<TailSpec>): Promise<RunOutcome> {
  const { pattern, lines, journal, names, format, invalid } = context.resource.spec;
  if (journal !== undefined) return await runJournal(context, journal);
  assert(pattern !== undefined && lines !== undefined, () => 'a Tail of files has a pattern and what its lines are');
  const options = { ...(names && { names }), ...(format && { format }), ...(invalid && { invalid }) };
  return await runFiles(context, { pattern, lines, ...options });
}

async function runFiles(context: RunContext<TailSpec>, spec: FilesSpec): Promise<RunOutcome> {
  const { resource, signal } = context;
  const pattern = patternOf(resource, spec);
  const notes = createNotes();
  const yieldToEventLoop = async (): Promise<void> => {
    await turn();
    throwIfCancelled(signal, 'the run');
  };
  const found = await findLogs(pattern, notes, yieldToEventLoop);
  if (found.length === 0) notes.unmatched(spec.pattern);
  const temporary = makeProcessFolder();
  const counts = { rows: 0, bytes: 0, files: 0 };
  try {
    const progress = await readProgress(context);
    const isShared = resource.spec.series !== undefined;
    const before = isShared ? await renamedLogs(found, progress, join(temporary.path, 'renamed')) : progress;
    let logs = new Map(before);
    let [linesBytes, saved] = [0, encodeReadLogs(progress)];
    const save = async (): Promise<void> => {
      const bytes = encodeReadLogs(logs);
      if (Buffer.compare(bytes, saved) !== 0) await (await context.home()).writeFile(progressName, bytes);
      saved = bytes;
    };
    for (const [index, log] of found.entries()) {
      context.progress('logs', index, found.length);
      const name = log.names.join('/');
      const onRead = async (read: readonly ReadLog[], written: RunCounts, bytesRead: number): Promise<void> => {
        logs.set(name, read);
        counts.rows += written.rows;
        counts.bytes += written.bytes;
        counts.files += written.files;
        linesBytes += bytesRead;
        await yieldToEventLoop();
        if (linesBytes < checkpointBytes) return;
        linesBytes = 0;
        await save();
        await context.checkpoint(counts);
      };
      const following: Following = {
        ...{ spec, log, notes, signal, onRead, known: before.get(name) ?? [] },
        write: (lines) => writeLines(context, spec, resource.spec.series ?? name, lines),
        scratch: join(temporary.path, String(index)),
      };
      await followLog(following);
    }
    logs = new Map(withAbsentNames(logs, new Set(found.map(({ names }) => names.join('/')))));
    await save();
  } finally {
    temporary.remove();
  }
  const [first] = notes.failures();
  const failure = first === undefined ? {} : { failure: failed(resource, first) };
  return { ...counts, notes: notes.texts(), ...failure };
}

async function readProgress({ home }: RunContext<TailSpec>): Promise<ReadLogs> {
  const directory = await home();
  if (!(await directory.exists(progressName))) return new Map();
  return decodeReadLogs(await directory.readFile(progressName), progressName);
}

function patternOf(resource: Resource<TailSpec>, spec: FilesSpec): HostPattern {
  const pattern = parseHostPattern(spec.pattern);
  if (isHostFolder(pattern.folder)) return pattern;
  throw documentError(resource, 'run-failed', `${titleOf(resource)}: ${pattern.folder} is not a folder`, {
    at: ['pattern'],
    hint: 'Make the folder on this machine, or change the pattern.',
  });
}

function failed(resource: Resource<TailSpec>, text: string): RunOutcome['failure'] & object {
  return documentError(resource, 'run-failed', `${titleOf(resource)}: ${text}`, { at: ['pattern'] });
}
