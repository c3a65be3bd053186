/** The state after a round, from what became of each step. */
import { parentOf } from '../storage/diskPath.ts';
import { type ComparedRound } from './compare.ts';
import { pondPathOf, type Step } from './plan.ts';
import { settledMs } from './scanFolder.ts';
import { type MirrorState } from './stateFile.ts';
import { type Ancestor, type FolderItem, isDirectory, type Items, type SideValue } from './types.ts';

/** Outcome of a step. */
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
  const ancestors = new Map(round.ancestors);
  const unsettled = new Set<string>();
  for (const path of round.ancestors.keys()) if (round.left.holds(path)) markAbove(path, unsettled);
  for (const { path } of round.left.list()) markAbove(path, unsettled);
  let isSame = before !== undefined && before.ignore.join('\n') === settings.ignore.join('\n');
  const put = (path: string, next: Ancestor): void => {
    const old = ancestors.get(path);
    if (old !== undefined && isEqual(next, old)) return;
    ancestors.set(path, next);
    isSame = false;
  };
  for (const step of round.steps) {
    const outcome = outcomes.get(step) ?? { is: 'kept' };
    if (outcome.is !== 'same' || outcome.taken === true) markAbove(step.path, unsettled);
    const number = outcome.is === 'same' && outcome.taken === true ? commit : services.committed.number;
    const next = ancestorAfter(step, outcome, number);
    if (next !== undefined) put(step.path, next);
    else if (ancestors.delete(step.path)) isSame = false;
  }
  for (const [path, next] of treesAfter(round, ancestors, unsettled)) put(path, next);
  if (isSame && before !== undefined && isSettled(before)) return undefined;
  const { folder, path, ignore } = settings;
  return { token, folder, path, ignore, comparedMs, ancestors };
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

/** Directories of the pond: one keeps its hash only while all below it is the same on both sides. */
function* treesAfter(
  { pond, services }: ComparedRound,
  ancestors: Items<Ancestor>,
  unsettled: ReadonlySet<string>,
): Iterable<readonly [string, Ancestor]> {
  const { number: commit } = services.committed;
  for (const [path, { value, tree, nodeId }] of pond) {
    if (!isDirectory(value)) continue;
    const nothing = { pond: undefined, folder: undefined, state: undefined, seen: undefined };
    const known = ancestors.get(path) ?? (path === '' ? { pondPath: '', nodeId, commit, ...nothing } : undefined);
    if (known === undefined) continue;
    const { tree: _, ...rest } = known;
    yield [path, tree === undefined || unsettled.has(path) ? rest : { ...rest, tree }];
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

function isEqual(a: Ancestor, b: Ancestor): boolean {
  const isSameItem = a.pond === b.pond && a.folder === b.folder && a.seen === b.seen && a.offered === b.offered;
  const isSameNode = a.nodeId === b.nodeId && a.pondPath === b.pondPath && a.tree === b.tree;
  const [one, other] = [a.state, b.state];
  const isSameState =
    one?.sizeBytes === other?.sizeBytes && one?.modifiedMs === other?.modifiedMs && one?.inode === other?.inode;
  return isSameItem && isSameNode && isSameState;
}

/** True when no file changed so shortly before the last round that it has to be read again. */
function isSettled({ ancestors, comparedMs }: MirrorState): boolean {
  for (const { state, seen } of ancestors.values()) {
    const isFile = state !== undefined && seen?.startsWith('file ') === true;
    if (isFile && state.modifiedMs >= comparedMs - settledMs) return false;
  }
  return true;
}
