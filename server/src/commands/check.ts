import { type AbsentBlobs, type CheckReport } from '../pond/findings.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Command } from './verb.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { treeHashes } from './treeHash.ts';

/**
 * Checks the whole history, or one version with `at`; returns problems as sentences, none for a sound pond, and hashes of
 * the content of the version's resources.
 */
export const check: Command<'check'> = async (pond, { at, quick }, context) => {
  const report = (checked: number, total?: number): void => {
    throwIfCancelled(context.signal);
    context.progress('checking', checked, total);
  };
  const { problems, checked, absent } =
    at === undefined
      ? { absent: undefined, ...(await pond.checkHistory({ isQuick: quick === true, onProgress: report })) }
      : await checkVersion(pond, at, report);
  const fs = await pond.at(at ?? 'HEAD');
  const names = displayPaths([fs]);
  // The names of resources may be what is damaged.
  const shown = await Promise.all(problems.map((problem) => names.text(problem).catch(() => problem)));
  // The hashes need the contents that were just found damaged, or that a quick check leaves alone.
  const trees = quick === true || problems.length > 0 ? [] : await treeHashes(pond, fs);
  return { problems: shown, ...(checked && { checked }), ...(absent && { absent }), trees };
};

async function checkVersion(
  pond: ResourcePond,
  at: string,
  report: (checked: number) => void,
): Promise<Pick<CheckReport, 'problems' | 'absent'> & { readonly checked?: undefined }> {
  let absent: AbsentBlobs = { blobs: 0, bytes: 0 };
  const problems = await pond.check(at, (checked, absentSoFar) => {
    absent = absentSoFar;
    report(checked);
  });
  return { problems, ...(absent.blobs > 0 && { absent }) };
}
