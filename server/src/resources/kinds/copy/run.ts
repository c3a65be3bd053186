/** One run of a Copy: the difference between the other pond's tree and its copy, in one commit. */
import { sha256Of } from '../../../base/sha256.ts';
import { isPondError } from '../../../base/error.ts';
import { directoryHash } from '../../../pond/directoryHash.ts';
import { urlOf } from '../../../remote/location.ts';
import { remoteKey } from '../../../replica/remoteRecords.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { credentialsOf, locationOfStore, secretOf } from '../../model/storeFields.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource, type RunContext } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { copiedEntries, type CopyCounts, copyVersion } from './copyVersion.ts';
import { type CopiedState, readCopied, writeCopied } from './progress.ts';
import { openSource, type SourcePond } from './source.ts';
import { type CopySpec } from './spec.ts';

/**
 * Runs a Copy. Fails `run-failed` when the other pond has a name that the resource directory needs, and as the store, the
 * clone of the other pond and this pond do: then nothing of the run is kept but what was fetched.
 */
export async function runCopy(context: RunContext<CopySpec>): Promise<RunOutcome> {
  const { resource, env } = context;
  const { spec } = resource;
  const credentials = credentialsOf(resource, env, {
    key: ['key', spec.key],
    secret: ['secret', spec.secret],
    token: ['session_token', spec.session_token],
  });
  const identity = spec.identity && secretOf(resource, env, 'identity', spec.identity);
  const access = { location: locationOfStore(spec), credentials, identity };
  const source = await findingPond(resource, () => openSource(access, context));
  try {
    const home = await context.home();
    const copied = await readCopied(home);
    const isCurrent = copied?.spec === specHash(spec) && copied.hash === (await hashOfCopy(home, spec.into));
    if (isCurrent && !(await findingPond(resource, () => source.hasNews())))
      return outcomeOf(copied, { files: 0, bytes: 0, notes: [] });
    return await copyFrom(source, context);
  } finally {
    source.store.close();
  }
}

async function copyFrom(source: SourcePond, context: RunContext<CopySpec>): Promise<RunOutcome> {
  const { resource } = context;
  const { pond, isRewritten } = await openPondOf(source, resource);
  try {
    const { pond: id, mode, at } = resource.spec;
    if (id !== undefined && pond.id !== id.toLowerCase()) {
      const message = `${source.store.address} holds pond ${pond.id}, not ${id}`;
      throw documentError(resource, 'remote-diverged', message, { at: ['pond'] });
    }
    const commit = await pond.resolve(mode === 'pinned' ? (at ?? 'HEAD') : 'HEAD');
    const { hash, blobs, ...counts } = await copyVersion(pond, commit, context);
    const { rootHash, number } = commit;
    const state: CopiedState = { pond: pond.id, commit: number, rootHash, hash, spec: specHash(resource.spec) };
    const home = await context.home();
    if (JSON.stringify(await readCopied(home)) !== JSON.stringify(state)) await writeCopied(home, state);
    // Only now: a run that stopped before continues with what it had fetched.
    source.drop(blobs);
    const outcome = outcomeOf(state, counts);
    const note = 'the other pond has another history than at the last run';
    return isRewritten ? { ...outcome, notes: [...outcome.notes, note] } : outcome;
  } finally {
    await pond.close();
  }
}

/** Opens the other pond. Fails `secret-missing` for an encrypted copy for which the document names no identity. */
async function openPondOf(source: SourcePond, resource: Resource<CopySpec>): ReturnType<SourcePond['open']> {
  try {
    return await findingPond(resource, () => source.open());
  } catch (error) {
    const isSealed = isPondError(error, 'remote-denied') && error.path === remoteKey;
    if (!isSealed || resource.spec.identity !== undefined) throw error;
    const message = `${titleOf(resource)}: ${error.message}`;
    const hint = 'Add "identity: ${env:POND_IDENTITY}", and set the variable to the secret key of a recipient.';
    throw documentError(resource, 'secret-missing', message, { hint });
  }
}

/** Reads the store. A pond that is not there is an error at the key of the document that names it, or would. */
async function findingPond<T>(resource: Resource<CopySpec>, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isPondError(error, 'pond-not-found')) throw error;
    const isNamed = resource.spec.pond !== undefined;
    const hint = isNamed
      ? "Correct the key pond or the prefix: 'pond backup ls URL' lists the ponds at the store."
      : "Correct the prefix, or name one of several with the key pond: 'pond backup ls URL' lists them.";
    const message = `${titleOf(resource)}: ${error.message}`;
    throw documentError(resource, error.code, message, { at: isNamed ? ['pond'] : [], hint, cause: error });
  }
}

/** Returns a hash of all that decides what is copied. */
function specHash(spec: CopySpec): string {
  const { pond, backup_uuid: backup, paths, into, mode, at } = spec;
  return sha256Of(JSON.stringify([urlOf(locationOfStore(spec)), pond, backup, paths, into, mode, at]));
}

/** Returns the hash of what the last run copied, as it is now; undefined when it is not there alone. */
async function hashOfCopy(home: WorkingDirectory, into: string | undefined): Promise<string | undefined> {
  const entries = await copiedEntries(home);
  if (into === undefined) return await directoryHash(entries);
  const [only, ...others] = entries;
  return others.length === 0 && only?.name === into ? only.node.sha256 : undefined;
}

function outcomeOf({ pond, commit, rootHash, hash }: CopiedState, counts: CopyCounts): RunOutcome {
  const part = hash === rootHash ? '' : `; the hash of the part that is copied is ${hash}`;
  const note = `commit ${commit} of pond ${pond}, whose root hash is ${rootHash}${part}`;
  return { rows: 0, files: counts.files, bytes: counts.bytes, notes: [note, ...counts.notes] };
}
