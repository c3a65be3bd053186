import { compareRound } from '../../../mirror/compare.ts';
import { type Step } from '../../../mirror/plan.ts';
import { forgetState } from '../../../mirror/state.ts';
import { type MirrorChangeInfo } from '../../../protocol/mirrors.ts';
import { openPondDisk } from '../../../storage/hostDisk.ts';
import { requireAllowed } from '../../model/hostAccess.ts';
import { type KindCommand } from '../../model/kindVerb.ts';
import { findMirror } from './mirrorsVerb.ts';
import { roundServices } from './services.ts';
import { settingsOf } from './settings.ts';

/** The changes that a round would make. Fails `not-allowed`, and as compareRound. */
export const mirrorPlan: KindCommand<'mirrorPlan'> = async (pond, { name }, context) => {
  const resource = await findMirror(pond, name, context);
  requireAllowed(pond.id, resource, context.effects.grants);
  const { signal, progress } = context;
  const transaction = () => Promise.reject(new Error('a plan changes nothing'));
  const parts = { pond, signal, progress, now: Date.now, materializer: undefined, transaction };
  const { steps, left } = await compareRound(settingsOf(resource), await roundServices(parts));
  return {
    changes: steps.flatMap(changeOf),
    skipped: left.list().map(({ path, reason }) => ({ path, reason })),
  };
};

/** Forgets the common state of a mirror. Fails with the storage codes. */
export const mirrorStartOver: KindCommand<'mirrorStartOver'> = async (pond, { name }, context) => {
  const resource = await findMirror(pond, name, context);
  return { isForgotten: forgetState(openPondDisk(pond.directory), resource.id) };
};

function changeOf({ path, decision, pond, folder, from, isMoved }: Step): readonly MirrorChangeInfo[] {
  if (isMoved === true) return [];
  const { action } = decision;
  const moved = from === undefined ? {} : { from: from.path };
  if (action === 'write') {
    const change = from !== undefined ? 'renamed' : folder === undefined ? 'added' : 'changed';
    return [{ path, side: 'folder', change, ...moved }];
  }
  if (action === 'take' || action === 'restage') {
    const change = from !== undefined ? 'renamed' : pond === undefined ? 'added' : 'changed';
    return [{ path, side: 'pond', change, ...moved }];
  }
  if (action === 'delete') return [{ path, side: 'folder', change: 'removed' }];
  if (action === 'remove') return [{ path, side: 'pond', change: 'removed' }];
  return action === 'conflict' ? [{ path, side: 'pond', change: 'conflict' }] : [];
}
