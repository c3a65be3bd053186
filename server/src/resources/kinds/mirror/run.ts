/** One round of a mirror, in the transaction of its run. */
import { plural } from '../../../base/plural.ts';
import { type PondError } from '../../../base/error.ts';
import { type AppliedRound, applyRound, type SideCounts } from '../../../mirror/apply.ts';
import { compareRound } from '../../../mirror/compare.ts';
import { type Left } from '../../../mirror/problems.ts';
import { FileSystem } from '../../../tinyfs/fs.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource, type RunContext } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { roundServices } from './services.ts';
import { settingsOf } from './settings.ts';
import { type MirrorSpec } from './spec.ts';

/** Paths named in the notes of a run; more are counted. */
const namedMax = 20;

/**
 * Runs a mirror. Paths that cannot be copied are noted and fail the run at its end, with the others copied. Fails as
 * compareRound and applyRound: then nothing of the pond is changed.
 */
export async function runMirror(context: RunContext<MirrorSpec>): Promise<RunOutcome> {
  const { resource, pond, signal, progress, now, materializer } = context;
  await context.home();
  // The transaction began on the latest commit; the pond's side is compared as of the same.
  const transaction = async (): Promise<FileSystem> => new FileSystem((await context.home()).backend);
  const services = await roundServices({ pond, signal, progress, now, materializer, transaction });
  const round = await applyRound(await compareRound(settingsOf(resource), services));
  const { inFolder, inPond, conflicts, bytes, left } = round;
  const failed = left.filter(({ isFailure }) => isFailure);
  return {
    ...{ rows: 0, bytes, files: changesOf(inFolder) + changesOf(inPond) + conflicts },
    notes: notesOf(round),
    summary: `mirror ${resource.name}: ${countsText(inPond)}`,
    onCommitted: (commit) => round.save(commit),
    ...failureOf(resource, failed),
  };
}

function notesOf({ conflicts, waiting, inFolder, left }: AppliedRound): readonly string[] {
  const notes: string[] = [];
  if (changesOf(inFolder) > 0) notes.push(`in the folder: ${countsText(inFolder)}`);
  if (conflicts > 0)
    notes.push(
      `${plural(conflicts, 'file')} changed on both sides: decide in Source Control, or by 'pond resolve' and 'pond discard'`,
    );
  if (waiting > 0) notes.push(`${plural(waiting, 'change')} of the folder staged in the pond`);
  const texts = left.map(({ path, reason }) => `${path}: ${reason}`);
  const more = texts.length - namedMax;
  return [...notes, ...(more > 0 ? [...texts.slice(0, namedMax), `${more} more paths were left as they are`] : texts)];
}

function failureOf(resource: Resource, failed: readonly Left[]): { readonly failure?: PondError } {
  const [first] = failed;
  if (first === undefined) return {};
  const what = `${plural(failed.length, 'path')} could not be copied: ${first.path}: ${first.reason}`;
  return { failure: documentError(resource, 'run-failed', `${titleOf(resource)}: ${what}`, { at: ['folder'] }) };
}

/** Returns counts as `+2 ~1 -1 →1`, without those that are 0; `nothing` if all are. */
function countsText({ added, changed, removed, renamed }: SideCounts): string {
  const parts = [
    ['+', added],
    ['~', changed],
    ['-', removed],
    ['→', renamed],
  ] as const;
  const shown = parts.filter(([, count]) => count > 0).map(([sign, count]) => `${sign}${count}`);
  return shown.length === 0 ? 'nothing' : shown.join(' ');
}

function changesOf({ added, changed, removed, renamed }: SideCounts): number {
  return added + changed + removed + renamed;
}
