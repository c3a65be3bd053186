import { type BackupVerifyInfo } from '../../server/src/protocol/backups.ts';
import { count } from './resources/strings.ts';

/** What a verification found, as a sentence. */
export function verifiedText({ resource, objects, readObjects, problems, repaired }: BackupVerifyInfo): string {
  const read = readObjects === objects ? 'the content of all of them' : `the content of ${readObjects}`;
  const compared = `${count(objects, 'object')} compared by presence and size, and ${read}.`;
  const again = repaired.length === 0 ? '' : `, ${count(repaired.length, 'object')} sent again`;
  if (problems.length === 0) return `${resource} is sound${again}: ${compared}`;
  return `${resource} has ${count(problems.length, 'problem')}${again}: ${compared}`;
}
