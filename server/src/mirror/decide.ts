/** The three-way decision for one path: pure, from the values of both sides and their last common state. */
import { type Ancestor, isDerived, isDirectory, type MirrorRules, type SideValue } from './types.ts';

/** Everything that decides about a path. Undefined where nothing is at the path. */
interface ComparedValues {
  readonly ancestor: Pick<Ancestor, 'pond' | 'folder' | 'offered'> | undefined;
  readonly pond: SideValue | undefined;
  readonly folder: SideValue | undefined;
  /** SideValue staged at the path, null for a removal; undefined where nothing is staged. */
  readonly staged: SideValue | null | undefined;
}

export type Decision =
  | { readonly action: 'none' }
  /** Both have the same: the state follows. */
  | { readonly action: 'record' }
  /** Both have nothing: the state forgets the path. */
  | { readonly action: 'forget' }
  /** The pond's content goes to the folder; `keeps` when the folder has content that the pond never had. */
  | { readonly action: 'write' | 'delete'; readonly keeps: boolean; readonly note?: string }
  /** The folder's content, or its absence, goes to the pond. */
  | { readonly action: 'take' | 'remove'; readonly note?: string }
  /** The folder's content is staged as a change of the common state, against what is committed. */
  | { readonly action: 'conflict' }
  /** The folder's content, or its absence, replaces what was staged of it. */
  | { readonly action: 'restage' }
  /** Derived content whose file in the folder is unknown: its bytes decide. */
  | { readonly action: 'compare' }
  /** The folder's value is staged, and a person decides in the pond. */
  | { readonly action: 'wait'; readonly offered: SideValue | null }
  /** Both sides stay as they are; `reason` follows the path and a colon. */
  | { readonly action: 'leave'; readonly reason: string };

const none: Decision = { action: 'none' };
const wins = 'it was changed on one side and deleted on the other; the change was kept';

/** Returns what to do about a path. */
export function decide(states: ComparedValues, rules: MirrorRules): Decision {
  const { ancestor, pond, folder } = states;
  if (isDerived(pond) || isDerived(ancestor?.pond)) return decideDerived(states, rules);
  if (ancestor?.offered !== undefined) return decideOffered(states, ancestor.offered, rules);
  if (pond === folder) {
    if (pond === undefined) return ancestor === undefined ? none : { action: 'forget' };
    return pond === ancestor?.pond && folder === ancestor.folder ? none : { action: 'record' };
  }
  const isPondSame = pond === ancestor?.pond;
  const isFolderSame = folder === ancestor?.folder;
  if (isFolderSame) return toFolder(states, rules, false);
  if (isPondSame) return toPond(states, rules);
  return decideBoth(states, rules);
}

/** Only the pond changed. `keeps` as in Decision. */
function toFolder({ pond, folder, staged }: ComparedValues, rules: MirrorRules, keeps: boolean): Decision {
  // In a mirror of one direction, what is missing at its end is restored: nothing is lost by it.
  if (rules.direction === 'in') {
    if (pond === undefined) return offer({ action: 'take' }, folder, staged, rules);
    return leave('it was changed in the pond alone, and the direction is in');
  }
  return { action: pond === undefined ? 'delete' : 'write', keeps };
}

/** Only the folder changed. */
function toPond({ folder, pond, staged }: ComparedValues, rules: MirrorRules): Decision {
  if (rules.direction === 'out') {
    if (folder === undefined) return { action: 'write', keeps: false };
    if (rules.conflicts === 'pond' && pond !== undefined) return { action: 'write', keeps: true };
    return leave('it was changed in the folder alone, and the direction is out');
  }
  return offer({ action: folder === undefined ? 'remove' : 'take' }, folder, staged, rules);
}

/** Both changed, to different values. */
function decideBoth({ pond, folder, staged }: ComparedValues, rules: MirrorRules): Decision {
  const { conflicts, direction } = rules;
  if (folder === undefined) {
    if (conflicts === 'folder' && direction !== 'out') return offer({ action: 'remove' }, folder, staged, rules);
    return direction === 'in'
      ? leave('it was changed in the pond, and deleted in the folder')
      : { action: 'write', keeps: false, note: wins };
  }
  if (pond === undefined) {
    if (conflicts === 'pond' && direction !== 'in') return { action: 'delete', keeps: true };
    if (direction === 'out') return leave('it was deleted in the pond, and changed in the folder');
    return offer({ action: 'take', note: wins }, folder, staged, rules);
  }
  if (isClash(pond, folder)) return leave(clash);
  if (conflicts === 'pond') {
    return direction === 'in' ? leave('it was changed on both sides') : { action: 'write', keeps: true };
  }
  if (direction === 'out') return leave('it was changed on both sides');
  if (conflicts === 'folder') return offer({ action: 'take' }, folder, staged, rules);
  if (isDirectory(pond) || folder.startsWith('link ')) return leave('it was changed on both sides, and is a link');
  return offer({ action: 'conflict' }, folder, staged, rules);
}

const clash = 'it is a directory on one side and a file on the other; rename one of them';
const isClash = (pond: SideValue | undefined, folder: SideValue | undefined): boolean =>
  pond !== undefined && folder !== undefined && isDirectory(pond) !== isDirectory(folder);

/**
 * Returns the decision, unless it would stage a change where a person has staged one. A change that is committed at once
 * may: the staged one then is a conflict, as with every commit of a run.
 */
function offer(
  decision: Decision,
  folder: SideValue | undefined,
  staged: SideValue | null | undefined,
  { commit }: MirrorRules,
): Decision {
  const isStaging = decision.action === 'conflict' || commit === 'none';
  if (!isStaging || staged === undefined) return decision;
  if (staged === (folder ?? null)) return { action: 'wait', offered: staged };
  return leave('it has a staged change; commit or discard that, and the next round goes on');
}

/** The folder's value `offered` was staged before. */
function decideOffered(states: ComparedValues, offered: SideValue | null, rules: MirrorRules): Decision {
  const { ancestor, pond, folder, staged } = states;
  const now = folder ?? null;
  if (staged !== undefined) {
    if (now === offered || now === staged) return { action: 'wait', offered: now };
    if (staged !== offered) return leave('it was changed in the folder again, and its staged change was edited');
    return { action: 'restage' };
  }
  if (pond === folder) return pond === undefined ? { action: 'forget' } : { action: 'record' };
  // A person discarded or edited what was staged: the pond decides.
  if (now === offered) return toFolder(states, { ...rules, direction: 'both' }, folder !== undefined);
  const decided = { pond: ancestor?.pond, folder: offered ?? undefined };
  return decide({ ...states, ancestor: decided }, rules);
}

/** Content that the pond derives, or a series: the folder has a copy, and changes there are not taken. */
function decideDerived({ ancestor, pond, folder }: ComparedValues, { conflicts, direction }: MirrorRules): Decision {
  const isFolderSame = folder === ancestor?.folder;
  if (direction === 'in') return none;
  if (pond === undefined || !isDerived(pond)) {
    if (folder === undefined && pond === undefined) return { action: 'forget' };
    if (isFolderSame) return { action: pond === undefined ? 'delete' : 'write', keeps: false };
    return leave('the pond no longer derives it, and it was changed in the folder');
  }
  if (folder === undefined) return { action: 'write', keeps: false };
  if (ancestor === undefined) return isDirectory(folder) ? leave(clash) : { action: 'compare' };
  if (isFolderSame) return pond === ancestor.pond ? none : { action: 'write', keeps: false };
  if (conflicts === 'pond' && !isDirectory(folder)) return { action: 'write', keeps: true };
  return leave('the pond derives it, so a change in the folder is not taken; remove it there to have it again');
}

function leave(reason: string): Decision {
  return { action: 'leave', reason };
}
