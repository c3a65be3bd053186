import { type BackupVerifyInfo } from '../../server/src/protocol/backups.ts';
import { countText } from './numberStrings.ts';

/** Result of a verification, as a sentence. */
export function verifiedText({ resource, objects, readObjects, problems, repaired }: BackupVerifyInfo): string {
  const read = readObjects === objects ? 'the content of all of them' : `the content of ${readObjects}`;
  const compared = `${countText(objects, 'object')} compared by presence and size, and ${read}.`;
  const again = repaired.length === 0 ? '' : `, ${countText(repaired.length, 'object')} sent again`;
  if (problems.length === 0) return `${resource} is sound${again}: ${compared}`;
  return `${resource} has ${countText(problems.length, 'problem')}${again}: ${compared}`;
}
