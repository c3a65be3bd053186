/** Record of what the last run of a Copy copied, in the progress file of its resource directory. */
import { fieldsOf, parseJson } from '../../../base/json.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { progressName } from '../../model/resourcePath.ts';

/** State of the other pond that was copied. */
export interface CopiedState {
  /** UUID of the other pond. */
  readonly pond: string;
  readonly commit: number;
  /** Hash of the other pond's whole tree. */
  readonly rootHash: string;
  /** Hash of what was copied of it: the same without `paths`. */
  readonly hash: string;
  /** Hash of the document at that time. */
  readonly spec: string;
}

/** Returns the state after the last run; undefined before the first, and for a file that cannot be parsed. */
export async function readCopied(home: WorkingDirectory): Promise<CopiedState | undefined> {
  if (!(await home.exists(progressName))) return undefined;
  const { pond, commit, rootHash, hash, spec } = fieldsOf(parseJson(await home.readFile(progressName)));
  const isWhole = [pond, rootHash, hash, spec].every((text) => typeof text === 'string') && typeof commit === 'number';
  return isWhole
    ? { pond: String(pond), commit, rootHash: String(rootHash), hash: String(hash), spec: String(spec) }
    : undefined;
}

/** Stores the state. */
export async function writeCopied(home: WorkingDirectory, state: CopiedState): Promise<void> {
  await home.writeFile(progressName, Buffer.from(`${JSON.stringify(state)}\n`));
}
