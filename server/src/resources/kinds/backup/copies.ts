/**
 * Verbs on the copies of Backups of the latest commit. They fail `resource-not-found`, `resource-invalid`, `not-allowed`,
 * `secret-missing`, and as the store.
 */
import { assert } from '../../../base/assert.ts';
import { bytesAfter, refreshState } from '../../../replica/copyState.ts';
import { pruneCopy } from '../../../replica/prune.ts';
import { type RememberedCopy } from '../../../replica/remoteCopy.ts';
import { verifyCopy } from '../../../replica/verify.ts';
import { type Pond } from '../../../pond/types.ts';
import { requireAllowed } from '../../model/hostAccess.ts';
import { isOfKind, type Resource } from '../../model/kind.ts';
import { type KindCommand, type KindContext } from '../../model/kindVerb.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { copyInfo } from './copyInfo.ts';
import { backup } from './kind.ts';
import { ledgerOf, openBackup } from './openBackup.ts';
import { type BackupSpec } from './spec.ts';

/** State of a copy, with what the next run would send. */
export const backupStatus: KindCommand<'backupStatus'> = async (pond, { name, offline = false }, context) => {
  const resource = await backupNamed(pond, name, context);
  const { signal } = context;
  if (!offline) await withCopy(pond, resource, context, (copy) => refreshState(copy, signal));
  const info = await copyInfo(resource, pond.stored);
  const { tip } = ledgerOf(resource, pond.id).read();
  return { ...info, missingBytes: info.missing === 0 ? 0 : await bytesAfter(pond.stored, tip?.version) };
};

/** Verifies a copy, and remembers that it is sound. A repair removes what is altered with the keys of the pruner. */
export const backupVerify: KindCommand<'backupVerify'> = async (pond, { name, share, at, repair }, context) => {
  const resource = await backupNamed(pond, name, context);
  const upTo = at === undefined ? undefined : (await pond.resolve(at)).number;
  return await withCopy(pond, resource, context, async (copy) => {
    const { ledger } = copy;
    const { signal, progress } = context;
    const pruner = repair === true ? await openBackup(resource, pond.id, context.effects.env, 'prune') : undefined;
    try {
      const options = {
        share,
        signal,
        progress,
        ...(upTo !== undefined && { upTo }),
        ...(pruner && { pruner }),
        known: ledger.read().tip,
      };
      const report = await verifyCopy(copy, options);
      const { version, problems } = report;
      if (problems.length === 0 && upTo === undefined) ledger.update({ verifiedMs: Date.now(), verifiedShare: share });
      const { objects, bytes, readObjects, readBytes, unnamed, repaired } = report;
      const counts = { objects, bytes, readObjects, readBytes, unnamed };
      return { resource: titleOf(resource), commit: version, ...counts, problems, repaired };
    } finally {
      pruner?.close();
    }
  });
};

/** Prunes a copy: lists with the keys that runs use, and removes with those of the pruner. */
export const backupPrune: KindCommand<'backupPrune'> = async (pond, { name, dryRun }, context) => {
  const resource = await backupNamed(pond, name, context);
  const { signal, progress } = context;
  return await withCopy(pond, resource, context, async (copy) => {
    const pruner = await openBackup(resource, pond.id, context.effects.env, 'prune');
    try {
      const options = { isDryRun: dryRun, now: Date.now, signal, progress };
      const { objects, removableMs } = await pruneCopy({ ...copy, pruner }, options);
      return {
        resource: titleOf(resource),
        objects: objects.map(({ key, sizeBytes: size, state, reason = null }) => ({ key, size, state, reason })),
        removable: removableMs === undefined ? null : new Date(removableMs).toISOString(),
      };
    } finally {
      pruner.close();
    }
  });
};

/** Returns a Backup of the latest commit. Fails `resource-not-found`, `resource-invalid`. */
export async function backupNamed(
  pond: Pond,
  name: string,
  { findCommitted }: Pick<KindContext, 'findCommitted'>,
): Promise<Resource<BackupSpec>> {
  const resource = await findCommitted(pond, backup.kind, name);
  assert(isOfKind(resource, backup), () => `${name} is of another kind`);
  return resource;
}

/** Opens the copy of a Backup, with the keys that its runs use, for the time of some work. */
export async function withCopy<T>(
  pond: Pond,
  resource: Resource<BackupSpec>,
  { effects }: KindContext,
  work: (copy: RememberedCopy) => Promise<T>,
): Promise<T> {
  requireAllowed(pond.id, resource, effects.grants);
  const store = await openBackup(resource, pond.id, effects.env);
  try {
    return await work({ source: pond.stored, store, ledger: ledgerOf(resource, pond.id) });
  } finally {
    store.close();
  }
}
