/** The second half of a round: carries out its steps. A step that fails leaves both sides, and the others go on. */
import { createHash } from 'node:crypto';
import { isPondError, type ErrorCode } from '../base/error.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type ComparedRound } from './compare.ts';
import { ChangedMeanwhileError, FolderWriter, type PondContent } from './folderWriter.ts';
import { writeMarker } from './marker.ts';
import { nextState, type Outcome } from './nextState.ts';
import { pondPathOf, type Step } from './plan.ts';
import { PondWriter } from './pondWriter.ts';
import { type Left } from './problems.ts';
import { writeState } from './state.ts';
import { emptyTrash } from './trash.ts';
import { directoryValue, fileValue, isDerived, isDirectory } from './types.ts';

/** Number of items that a round changed on one side. */
export interface SideCounts {
  added: number;
  changed: number;
  removed: number;
  renamed: number;
}

/** A round that was carried out; its state is not saved yet. */
export interface AppliedRound {
  readonly inFolder: SideCounts;
  readonly inPond: SideCounts;
  /** Changes of the folder that are staged and await a decision in the pond. */
  readonly waiting: number;
  /** Of these, the ones that conflict with what is committed; only those found by this round. */
  readonly conflicts: number;
  /** Bytes of content that the round copied. */
  readonly bytes: number;
  readonly left: readonly Left[];
  /** Makes the state durable. Called once the changes of the pond are committed, with the number of the latest commit. */
  save(commit: number): void;
}

/** Errors of a single path: the rest of the round goes on. */
const codesOfPaths: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['already-exists', 'not-a-directory', 'is-a-directory', 'directory-not-empty', 'invalid-path'] as const),
  ...(['path-escapes', 'read-only', 'invalid-content', 'resource-invalid', 'not-found', 'symlink-loop'] as const),
  ...(['storage-denied', 'storage-failed'] as const),
]);

/** Carries out a compared round. Fails `cancelled`, `storage-full`, and as the pond does; the state stays as it was. */
export async function applyRound(round: ComparedRound): Promise<AppliedRound> {
  if (!round.isMarked) {
    const { services, settings, token } = round;
    await writeMarker(round.host, { pond: services.pond.id, mirror: settings.id, token });
  }
  return await new Application(round).run();
}

class Application {
  readonly #round: ComparedRound;
  readonly #folder: FolderWriter;
  readonly #pond: PondWriter;
  readonly #outcomes = new Map<Step, Outcome>();
  readonly #inFolder: SideCounts = { added: 0, changed: 0, removed: 0, renamed: 0 };
  readonly #inPond: SideCounts = { added: 0, changed: 0, removed: 0, renamed: 0 };
  #conflicts = 0;
  #bytes = 0;

  constructor(round: ComparedRound) {
    const { services, host, top } = round;
    this.#round = round;
    this.#folder = new FolderWriter(host, services.now);
    const { pond, transaction } = services;
    const tree = round.settings.commit === 'none' ? () => Promise.resolve(pond.fs) : transaction;
    this.#pond = new PondWriter({ pond, folder: host, top, tree });
  }

  async run(): Promise<AppliedRound> {
    const { steps, services, host, left } = this.#round;
    const moves = steps.filter(({ from }) => from !== undefined);
    // A move may have to wait until something at its target is gone.
    for (const step of moves) await this.#attempt(step, () => this.#move(step), { isLast: false });
    for (const step of steps.toReversed()) await this.#attempt(step, () => this.#removal(step));
    for (const step of moves) if (!this.#outcomes.has(step)) await this.#attempt(step, () => this.#move(step));
    let done = 0;
    for (const step of steps) {
      await this.#attempt(step, () => this.#copy(step));
      done += 1;
      services.progress('files', done, steps.length);
    }
    emptyTrash(host, services.now());
    const offered = [...this.#outcomes.values()].filter(({ is }) => is === 'offered').length;
    return {
      ...{ inFolder: this.#inFolder, inPond: this.#inPond, conflicts: this.#conflicts, waiting: offered },
      ...{ bytes: this.#bytes, left: left.list() },
      save: (commit) => {
        const state = nextState(this.#round, this.#outcomes, commit);
        if (state !== undefined) writeState(services.disk, this.#round.settings.id, state, this.#round.before);
      },
    };
  }

  /** Carries out a step, unless it has an outcome; a failure of its path alone is noted. */
  async #attempt(step: Step, work: () => Promise<Outcome | undefined>, { isLast = true } = {}): Promise<void> {
    if (this.#outcomes.has(step)) return;
    await this.#round.services.yieldToEventLoop();
    try {
      const outcome = await work();
      if (outcome !== undefined) this.#outcomes.set(step, outcome);
    } catch (error) {
      const isOfPath = error instanceof ChangedMeanwhileError || (isPondError(error) && codesOfPaths.has(error.code));
      if (!isOfPath) throw error;
      if (!isLast) return;
      this.#round.left.add(step.path, error.message, isPondError(error));
      this.#outcomes.set(step, { is: 'kept' });
      if (step.from !== undefined) this.#outcomes.set(step.from, { is: 'kept' });
    }
  }

  async #move(step: Step): Promise<Outcome | undefined> {
    const { from, decision, folder } = step;
    if (from === undefined) return undefined;
    if (decision.action === 'write') {
      const item = this.#folder.move(step, from);
      this.#inFolder.renamed += 1;
      this.#outcomes.set(from, { is: 'gone' });
      return { is: 'same', folder: item, pond: step.pond?.value ?? item.value };
    }
    if (decision.action !== 'take' || folder === undefined) return undefined;
    const pondPath = await this.#pond.move(step, from);
    this.#inPond.renamed += 1;
    this.#outcomes.set(from, this.#isStaging ? { is: 'offered', value: null } : { is: 'gone', taken: true });
    return this.#isStaging
      ? { is: 'offered', value: folder.value, pondPath }
      : { is: 'same', folder, pondPath, taken: true };
  }

  async #removal(step: Step): Promise<Outcome | undefined> {
    const { decision, isMoved } = step;
    // Without its move, which failed, the origin stays.
    if (isMoved === true) return { is: 'kept' };
    if (decision.action === 'delete') {
      if (!this.#folder.delete(step)) return { is: 'kept' };
      this.#inFolder.removed += 1;
      return { is: 'gone' };
    }
    if (decision.action !== 'remove') return undefined;
    if (!(await this.#pond.remove(step))) return { is: 'kept' };
    this.#inPond.removed += 1;
    return this.#isStaging ? { is: 'offered', value: null } : { is: 'gone', taken: true };
  }

  async #copy(step: Step): Promise<Outcome> {
    const { decision, pond, folder } = step;
    switch (decision.action) {
      case 'none':
        if (pond !== undefined && folder !== undefined) return { is: 'same', folder, pond: pond.value };
        return { is: pond === undefined && folder === undefined && step.ancestor === undefined ? 'gone' : 'kept' };
      case 'record':
        return folder === undefined ? { is: 'kept' } : { is: 'same', folder, pond: pond?.value ?? folder.value };
      case 'forget':
        return { is: 'gone' };
      case 'write':
        return await this.#write(step, decision.keeps);
      case 'compare':
        return await this.#compare(step);
      case 'take':
        return await this.#take(step);
      case 'restage':
        await this.#pond.restage(step);
        return { is: 'offered', value: folder?.value ?? null };
      case 'conflict':
        await this.#pond.conflict(step);
        this.#conflicts += 1;
        return { is: 'offered', value: folder?.value ?? null };
      case 'wait':
        return { is: 'offered', value: decision.offered };
      default:
        return { is: 'kept' };
    }
  }

  async #write(step: Step, keeps: boolean): Promise<Outcome> {
    const item = await this.#folder.write(step, await this.#contentOf(step), keeps);
    count(this.#inFolder, step.folder !== undefined);
    if (!isDirectory(item.value)) this.#bytes += item.state.sizeBytes;
    return { is: 'same', folder: item, pond: step.pond?.value ?? item.value };
  }

  async #take(step: Step): Promise<Outcome> {
    const { folder, pond } = step;
    if (folder === undefined) return { is: 'kept' };
    await this.#pond.take(step);
    count(this.#inPond, pond !== undefined);
    if (!isDirectory(folder.value)) this.#bytes += folder.state.sizeBytes;
    return this.#isStaging ? { is: 'offered', value: folder.value } : { is: 'same', folder, taken: true };
  }

  /** A file in the folder may be the derived content that the pond has, written before the state was lost. */
  async #compare(step: Step): Promise<Outcome> {
    const { folder, pond, path } = step;
    const content = await this.#contentOf(step);
    if (content.kind === 'file' && folder !== undefined && pond !== undefined) {
      const sha256 = await hashOf(content.bytes);
      if (fileValue(sha256) === folder.value) return { is: 'same', folder, pond: pond.value };
    }
    if (this.#round.settings.conflicts === 'pond') return await this.#write(step, true);
    this.#round.left.add(path, 'the pond derives content of that name, and the folder has another file; rename one');
    return { is: 'kept' };
  }

  async #contentOf(step: Step): Promise<PondContent> {
    const { services, top } = this.#round;
    const pondPath = pondPathOf(step.path, step);
    const root = await services.committed.fs.root();
    const at = await root.get(top === '/' ? `/${pondPath}` : `${top}/${pondPath}`, { followLinks: false });
    if (step.pond?.value === directoryValue || at === undefined) return { kind: 'directory' };
    const node: Node = at.node;
    if (node.type === 'symlink') return { kind: 'link', target: await root.backend.readlink(node) };
    const isWhole = !isDerived(step.pond?.value);
    return { kind: 'file', bytes: isWhole ? root.backend.read(node) : services.derivedContent(node) };
  }

  get #isStaging(): boolean {
    return this.#round.settings.commit === 'none';
  }
}

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

function count(counts: SideCounts, isChange: boolean): void {
  if (isChange) counts.changed += 1;
  else counts.added += 1;
}
