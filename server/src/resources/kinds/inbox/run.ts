/** One scan of the host: new or changed files become versions in the resource directory, at the same relative path. */
import { createYield } from '../../../base/yieldToEventLoop.ts';
import { type PondError } from '../../../base/error.ts';
import { isHostFolder } from '../../../storage/hostScan.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource, type RunContext } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { findFiles } from './find.ts';
import { type HostPattern, parseHostPattern } from './hostPattern.ts';
import { readSeenFiles } from './seenFiles.ts';
import { createNotes, type Notes } from './notes.ts';
import { type InboxSpec } from './spec.ts';
import { storeFiles } from './storeFiles.ts';

/**
 * Runs an Inbox. Unreadable files are noted and fail the run at its end, with the others kept. Fails `run-failed`
 * without the folder of the pattern, and as the pond does: then nothing of the run is kept.
 */
export async function runInbox(context: RunContext<InboxSpec>): Promise<RunOutcome> {
  const { resource } = context;
  const pattern = patternOf(resource);
  const yieldToEventLoop = createYield(context.signal, 'the run');
  const notes = createNotes();
  // The clock is read before the files, so that any later change is detected.
  const nowMs = context.now();
  const files = await findFiles(pattern, notes, yieldToEventLoop);
  if (files.length === 0) notes.unmatched(resource.spec.pattern);
  const home = await context.home();
  const seenFiles = await readSeenFiles(home, nowMs);
  const counts = await storeFiles(files, { home, seenFiles, notes, yieldToEventLoop, progress: context.progress });
  await seenFiles.save(home, new Set(files.map(({ names }) => names.join('/'))));
  return { rows: 0, ...counts, notes: notes.texts(), ...failureOf(resource, notes) };
}

function patternOf(resource: Resource<InboxSpec>): HostPattern {
  const pattern = parseHostPattern(resource.spec.pattern);
  if (isHostFolder(pattern.folder)) return pattern;
  throw failure(resource, `${pattern.folder}, the folder of its pattern, is not there or is not a folder`, {
    hint: 'Make the folder on this machine, or change the pattern.',
  });
}

function failureOf(resource: Resource, notes: Notes): { readonly failure?: PondError } {
  const [first] = notes.failures();
  if (first === undefined) return {};
  const count = notes.failures().length;
  const what = count === 1 ? 'one file or folder' : `${count} files or folders`;
  return { failure: failure(resource, `${what} could not be read: ${first}`) };
}

function failure(resource: Resource, text: string, details: { readonly hint?: string } = {}): PondError {
  return documentError(resource, 'run-failed', `${titleOf(resource)}: ${text}`, { at: ['pattern'], ...details });
}
