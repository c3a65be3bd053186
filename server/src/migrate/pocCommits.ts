/** Turns the states of a pond of 2025 into commits: files and links as they are, tables of resources into documents. */
import { documentName, PocDocuments, pondTable } from './pocDocuments.ts';
import { type PocEntryType } from './pocEntries.ts';
import { type PocHistory, type PocState, type PocVersion } from './pocHistory.ts';
import { type SourceChange, type SourceCommit, type SourceFindings } from './source.ts';
import { markDirectory } from './write.ts';

/** Commits of a source, with what their documents need. */
interface PocCommits {
  readonly commits: readonly SourceCommit[];
  readonly secrets: ReadonlyMap<string, readonly string[]>;
}

/** Names that resources of a pond use for their own files; such a file of the source goes elsewhere. */
const reservedNames: readonly string[] = [documentName, 'runs.jsonl', 'progress.json'];

/** Returns a commit for each state, of its sound versions. */
export async function pocCommits(
  { states }: PocHistory,
  sound: ReadonlySet<PocVersion>,
  findings: SourceFindings,
): Promise<PocCommits> {
  const builder = new CommitBuilder(findings);
  const commits: SourceCommit[] = [];
  for (const state of states)
    commits.push(
      await builder.commitOf(
        state,
        state.added.filter((one) => sound.has(one)),
      ),
    );
  return { commits, secrets: builder.secrets };
}

/** Path of a version in the pond. */
export function placeOf(path: string): string {
  const [, kind, uuid, name, ...below] = path.split('/');
  const isReserved = below.length === 0 && name !== undefined && reservedNames.includes(name);
  return isReserved && uuid !== kind ? `/${markDirectory}${path}` : path;
}

/** True for a table that becomes part of documents: `/Pond`, `/KIND/KIND`. */
export function isSpecTable({ path, type }: Pick<PocVersion, 'path' | 'type'>): boolean {
  const [, kind, name, ...below] = path.split('/');
  return type === 'table' && (path === pondTable || (kind === name && below.length === 0));
}

class CommitBuilder {
  readonly #findings: SourceFindings;
  readonly #documents = new PocDocuments();
  readonly #tables = new Map<string, PocVersion>();
  readonly #texts = new Map<string, string>();

  constructor(findings: SourceFindings) {
    this.#findings = findings;
  }

  get secrets(): PocCommits['secrets'] {
    return this.#documents.secrets;
  }

  async commitOf({ number, timeUs, sha256 }: PocState, added: readonly PocVersion[]): Promise<SourceCommit> {
    const changes: SourceChange[] = [];
    const links: PocVersion[] = [];
    let isChanged = false;
    for (const version of latestOfEach(added, this.#findings)) {
      if (version.type === 'syntree' || isSpecTable(version)) {
        this.#tables.set(version.path, version);
        isChanged = true;
      } else if (version.type === 'symlink') links.push(version);
      else changes.push(changeOf(version, version.type));
    }
    for (const link of links) changes.push(...(await this.#linkChanges(link)));
    if (isChanged) changes.push(...(await this.#documentChanges()));
    return { number, timeUs, mark: sha256, message: `PoC state ${number}`, changes };
  }

  /** A backup does not keep the targets of links; the table of resources has them. */
  async #linkChanges({ path, target: stored, location }: PocVersion): Promise<readonly SourceChange[]> {
    const target = stored ?? (await this.#documents.linkTarget(path, this.#tables));
    if (target !== undefined) return [{ kind: 'link', path: placeOf(path), target }];
    this.#findings.left.push({ path: location, reason: 'the source does not say where the link leads' });
    return [];
  }

  async #documentChanges(): Promise<readonly SourceChange[]> {
    const changes: SourceChange[] = [];
    for (const { path, text } of await this.#documents.of(this.#tables)) {
      if (this.#texts.get(path) === text) continue;
      this.#texts.set(path, text);
      const bytes = new TextEncoder().encode(text);
      changes.push({ kind: 'version', path, type: 'file', sizeBytes: bytes.length, open: () => bytes });
    }
    for (const path of this.#documents.takeRefused()) {
      this.#findings.left.push({
        path,
        reason: 'the tables of resources have no valid kind, id, name and spec for it',
      });
    }
    return changes;
  }
}

/** A command may write several versions of a file; of anything but a series only the last is in its commit. */
function latestOfEach(added: readonly PocVersion[], { left }: SourceFindings): readonly PocVersion[] {
  const latest = new Map<string, PocVersion>();
  for (const version of added) {
    if ((latest.get(version.path)?.number ?? -1) <= version.number) latest.set(version.path, version);
  }
  return added.filter((version) => {
    const isKept = version.type === 'series' || latest.get(version.path) === version;
    if (!isKept && version.type !== 'tree') {
      left.push({ path: version.location, reason: 'the same command wrote a later version' });
    }
    return isKept;
  });
}

function changeOf(
  { path: sourcePath, sizeBytes, open }: PocVersion,
  type: Exclude<PocEntryType, 'symlink'>,
): SourceChange {
  const path = placeOf(sourcePath);
  if (type === 'tree') return { kind: 'directory', path };
  return { kind: 'version', path, type: type === 'series' || type === 'table' ? type : 'file', sizeBytes, open };
}
