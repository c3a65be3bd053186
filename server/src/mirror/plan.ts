/** The plan of a round: a decision for each path, renames found among them, and a limit on what would be deleted. */
import { PondError } from '../base/error.ts';
import { decide, type Decision } from './decide.ts';
import { type LeftPaths } from './problems.ts';
import { isSameState } from './scanFolder.ts';
import {
  type Ancestor,
  type FolderItem,
  isDirectory,
  type Items,
  type MirrorRules,
  type PondItem,
  type SideValue,
} from './types.ts';

/** Both sides and their last common state. */
export interface Compared {
  readonly pond: Items<PondItem>;
  readonly folder: Items<FolderItem>;
  readonly ancestors: Items<Ancestor>;
  readonly left: LeftPaths;
}

/** A path with what to do about it. */
export interface Step {
  readonly path: string;
  readonly decision: Decision;
  readonly pond: PondItem | undefined;
  readonly folder: FolderItem | undefined;
  readonly ancestor: Ancestor | undefined;
  /** Origin of an item that was moved on the other side. */
  readonly from?: Step;
  /** True for the origin of a move: its deletion is part of that. */
  readonly isMoved?: true;
}

/** SideValue staged at a path of the pond, null for a removal; undefined where nothing is staged. */
export type StagedLookup = (pondPath: string) => Promise<SideValue | null | undefined>;

/**
 * Returns a step for each path that is not held and not as the state has it, in path order: a directory precedes what is
 * in it.
 */
export async function planRound(
  compared: Compared,
  rules: MirrorRules,
  stagedAt: StagedLookup,
  yieldToEventLoop: () => Promise<void>,
): Promise<readonly Step[]> {
  const { pond, folder, ancestors, left } = compared;
  const steps: Step[] = [];
  for (const path of pathsOf(compared)) {
    if (path === '' || left.holds(path)) continue;
    const sides = { pond: pond.get(path), folder: folder.get(path), ancestor: ancestors.get(path) };
    if (isUnchanged(sides)) continue;
    await yieldToEventLoop();
    const values = { ancestor: sides.ancestor, pond: sides.pond?.value, folder: sides.folder?.value };
    let decision = decide({ ...values, staged: undefined }, rules);
    if (sides.ancestor?.offered !== undefined || mayStage(decision, rules)) {
      decision = decide({ ...values, staged: await stagedAt(pondPathOf(path, sides)) }, rules);
    }
    if (decision.action === 'leave') left.add(path, decision.reason);
    if ('note' in decision && decision.note !== undefined) left.add(path, decision.note);
    steps.push({ path, decision, ...sides });
  }
  steps.sort((a, b) => (a.path < b.path ? -1 : 1));
  return withRenames(steps);
}

function pathsOf({ pond, folder, ancestors }: Compared): Iterable<string> {
  const paths = new Set(ancestors.keys());
  for (const path of folder.keys()) paths.add(path);
  for (const path of pond.keys()) paths.add(path);
  return paths;
}

/** True when the state says all of a path already. */
function isUnchanged({ pond, folder, ancestor }: Omit<Step, 'path' | 'decision'>): boolean {
  if (pond === undefined || folder === undefined || ancestor?.state === undefined) return false;
  const isSameValue = pond.value === ancestor.pond && folder.value === ancestor.folder;
  if (!isSameValue || ancestor.offered !== undefined || pond.nodeId !== ancestor.nodeId) return false;
  return isDirectory(folder.value) || (ancestor.seen === folder.value && isSameState(ancestor.state, folder.state));
}

/** Path of a step in the pond, below the mirrored directory. */
export function pondPathOf(
  path: string,
  { pond, ancestor }: { readonly pond: PondItem | undefined; readonly ancestor: Ancestor | undefined },
): string {
  return pond?.pondPath ?? ancestor?.pondPath ?? path;
}

function mayStage({ action }: Decision, { commit }: MirrorRules): boolean {
  return action === 'conflict' || (commit === 'none' && (action === 'take' || action === 'remove'));
}

/** Pairs a deletion with the appearance of the same item elsewhere on the same side. */
function withRenames(steps: readonly Step[]): readonly Step[] {
  const movedTo = new Map<Step, Step>();
  const pairAll = (gone: readonly Step[], come: readonly Step[], keyOf: (step: Step) => string | undefined): void => {
    const byKey = new Map(gone.map((step) => [keyOf(step), step]));
    byKey.delete(undefined);
    for (const step of come) {
      const key = keyOf(step);
      const origin = byKey.get(key);
      if (origin === undefined) continue;
      movedTo.set(step, origin);
      byKey.delete(key);
    }
  };
  const of = (action: Decision['action']): readonly Step[] =>
    steps.filter(({ decision }) => decision.action === action);
  // In the folder by the number of the file, in the pond by the id of the node; in both the content has to be the same.
  pairAll(of('remove').filter(isUntouched), of('take').filter(isNew), (step) => itemKey(step.folder ?? step.ancestor));
  pairAll(of('delete').filter(isUntouched), of('write').filter(isNew), (step) => nodeKey(step.pond, step.ancestor));
  const origins = new Map([...movedTo.values()].map((step) => [step, { ...step, isMoved: true as const }]));
  return steps.map((step) => {
    const from = origins.get(movedTo.get(step) ?? step);
    if (from === undefined) return step;
    return movedTo.has(step) ? { ...step, from } : from;
  });
}

/** True when the side that still has the item has it as it was: with other content it did not just move. */
const isUntouched = ({ pond, folder, ancestor }: Step): boolean =>
  pond === undefined ? folder?.value === ancestor?.folder : pond.value === ancestor?.pond;

const isNew = ({ ancestor, pond, folder }: Step): boolean =>
  ancestor === undefined && (pond === undefined || folder === undefined);

function itemKey(item: FolderItem | Ancestor | undefined): string | undefined {
  const value = item === undefined ? undefined : 'value' in item ? item.value : item.folder;
  if (item?.state === undefined || value === undefined || isDirectory(value)) return undefined;
  return `${item.state.inode} ${value}`;
}

function nodeKey(pond: PondItem | undefined, ancestor: Ancestor | undefined): string | undefined {
  const value = pond?.value ?? ancestor?.pond;
  const id = pond?.nodeId ?? ancestor?.nodeId;
  return value === undefined || id === undefined || isDirectory(value) ? undefined : `${id} ${value}`;
}

/**
 * Fails `run-failed` when more than `percentMax` of the files that both sides had would be deleted on one of them: a
 * disk that is not mounted, or a mistake, looks like that.
 */
export function refuseManyDeletions(steps: readonly Step[], ancestors: Items<Ancestor>, percentMax: number): void {
  // One that was only staged, and then discarded, goes too.
  const values = [...ancestors.values()].map(({ pond, seen }) => pond ?? seen);
  const known = values.filter((value) => value !== undefined && !isDirectory(value)).length;
  for (const [action, where] of [
    ['delete', 'in the folder'],
    ['remove', 'in the pond'],
  ] as const) {
    const gone = steps.filter(
      (step) => step.decision.action === action && step.isMoved !== true && isFile(step),
    ).length;
    if (percentMax === 100 || gone * 100 <= known * percentMax) continue;
    throw new PondError(
      'run-failed',
      `the round would delete ${gone} of ${known} files ${where}, more than ${percentMax}%; nothing was changed`,
      { hint: 'Put them back; or, if they are to go, set max_delete to 100% for one round.' },
    );
  }
}

function isFile({ pond, folder, ancestor }: Step): boolean {
  return !isDirectory(pond?.value ?? folder?.value ?? ancestor?.pond);
}
