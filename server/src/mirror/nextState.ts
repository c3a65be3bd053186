/** The state after a round, from what became of each step. */
import { parentOf } from '../storage/diskPath.ts';
import { type ComparedRound } from './compare.ts';
import { pondPathOf, type Step } from './plan.ts';
import { msOf, settledMs } from './scanFolder.ts';
import { type MirrorState } from './state.ts';
import { type Ancestor, type FolderItem, type Items, type PondItem, type SideValue } from './types.ts';

/** What became of a step. */
export type Outcome =
  /** Both sides have the same; `taken` when the pond has it from the transaction of this round. */
  | {
      readonly is: 'same';
      readonly folder: FolderItem;
      readonly pond?: SideValue;
      readonly pondPath?: string;
      readonly taken?: true;
    }
  /** Neither side has anything. */
  | { readonly is: 'gone'; readonly taken?: true }
  /** The folder's value is staged. */
  | { readonly is: 'offered'; readonly value: SideValue | null; readonly pondPath?: string }
  /** Both sides stay as they were compared. */
  | { readonly is: 'kept' };

/**
 * Returns the state after a round whose changes are in commit `commit`; undefined when the state before says it all.
 * Paths that were not compared keep their common state.
 */
export function nextState(
  round: ComparedRound,
  outcomes: ReadonlyMap<Step, Outcome>,
  commit: number,
): MirrorState | undefined {
  const { before, settings, token, comparedMs, services } = round;
  const ancestors = new Map<string, Ancestor>();
  const unsettled = new Set<string>();
  for (const [path, ancestor] of round.ancestors) {
    if (path === '' || !round.left.holds(path)) continue;
    ancestors.set(path, ancestor);
    markAbove(path, unsettled);
  }
  for (const { path } of round.left.list()) markAbove(path, unsettled);
  for (const step of round.steps) {
    const outcome = outcomes.get(step) ?? { is: 'kept' };
    if (outcome.is !== 'same' || outcome.taken === true) markAbove(step.path, unsettled);
    const number = outcome.is === 'same' && outcome.taken === true ? commit : services.committed.number;
    const next = ancestorAfter(step, outcome, number);
    if (next !== undefined) ancestors.set(step.path, next);
  }
  addTrees(ancestors, round.pond, unsettled, round.services.committed.number);
  const same = reuse(ancestors, round.ancestors);
  if (before !== undefined && same && isSettled(before) && before.ignore.join() === settings.ignore.join())
    return undefined;
  const { folder, path, ignore } = settings;
  const sorted = new Map([...ancestors].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { token, folder, path, ignore, comparedMs, ancestors: sorted };
}

function ancestorAfter(step: Step, outcome: Outcome, commit: number): Ancestor | undefined {
  const { ancestor, pond, folder } = step;
  const seen = folder === undefined ? {} : { state: folder.state, seen: folder.value };
  const pondPath = pondPathOf(step.path, step);
  const nothing = {
    pondPath,
    pond: undefined,
    folder: undefined,
    nodeId: '',
    state: undefined,
    seen: undefined,
    commit,
  };
  if (outcome.is === 'gone') return undefined;
  if (outcome.is === 'kept') return ancestor === undefined ? undefined : { ...ancestor, ...seen };
  if (outcome.is === 'offered') {
    const path = outcome.pondPath ?? pondPath;
    return { ...(ancestor ?? nothing), ...seen, pondPath: path, offered: outcome.value };
  }
  const { value, state } = outcome.folder;
  const values = { pond: outcome.pond ?? value, folder: value, state, seen: value };
  const nodeId = outcome.taken === true ? '' : (pond?.nodeId ?? '');
  return { pondPath: outcome.pondPath ?? pondPath, nodeId, ...values, commit };
}

/** A directory keeps its hash only while all below it is the same on both sides. */
function addTrees(
  ancestors: Map<string, Ancestor>,
  pond: Items<PondItem>,
  unsettled: ReadonlySet<string>,
  commit: number,
): void {
  // prettier-ignore
  for (const [path, { tree, nodeId }] of pond) {
    if (tree === undefined || unsettled.has(path)) continue;
    const nothing = { pondPath: path, pond: undefined, folder: undefined, nodeId, state: undefined, seen: undefined, commit };
    const known = ancestors.get(path);
    if (path === '' || known !== undefined) ancestors.set(path, { ...(known ?? nothing), tree });
  }
}

function markAbove(path: string, marked: Set<string>): void {
  for (let at = path; at !== '';) {
    at = parentOf(at);
    // What is above it was marked with it.
    if (marked.has(at)) return;
    marked.add(at);
  }
}

/** Replaces each item that did not change by the one from before; true when that is all of them. */
function reuse(ancestors: Map<string, Ancestor>, before: Items<Ancestor>): boolean {
  let isSame = ancestors.size === before.size;
  for (const [path, ancestor] of ancestors) {
    const old = before.get(path);
    if (old !== undefined && isEqual(ancestor, old)) ancestors.set(path, old);
    else isSame = false;
  }
  return isSame;
}

function isEqual(a: Ancestor, b: Ancestor): boolean {
  const isSameItem = a.pond === b.pond && a.folder === b.folder && a.seen === b.seen && a.offered === b.offered;
  const isSameNode = a.nodeId === b.nodeId && a.pondPath === b.pondPath && a.tree === b.tree;
  const [one, other] = [a.state, b.state];
  const isSameState =
    one?.sizeBytes === other?.sizeBytes && one?.modifiedNs === other?.modifiedNs && one?.inode === other?.inode;
  return isSameItem && isSameNode && isSameState;
}

/** True when no file changed so shortly before the last round that it has to be read again. */
function isSettled({ ancestors, comparedMs }: MirrorState): boolean {
  for (const { state, seen } of ancestors.values()) {
    const isFile = state !== undefined && seen?.startsWith('file ') === true;
    if (isFile && msOf(state) >= comparedMs - settledMs) return false;
  }
  return true;
}
