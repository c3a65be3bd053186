import { isPondError } from '../base/error.ts';
import { type OutputInfo, type ProblemInfo, type ResourceInfo } from '../protocol/resources.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { withoutCycles, type Acyclic } from '../resources/graph.ts';
import { readResource, readResources, type StoredResource, resourcesOf } from '../resources/readResource.ts';
import { documentName, isBookkeeping, linkOf } from '../resources/model/resourcePath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { selectResources } from '../resources/select.ts';
import { copyStates } from './copyStates.ts';
import { type Command } from './verb.ts';
import { recentRecords, recordedRuns, problemInfo } from './resourceInfo.ts';

/** Resources of the working tree, by kind and name. Fails `resource-not-found`. */
export const resources: Command<'resources'> = async (pond, { names }) => {
  const all = await readResources(pond.fs);
  const acyclic = withoutCycles(resourcesOf(all));
  const committed = await pond.at(String(pond.head.number));
  const copies = new Map((await copyStates(pond.fs, pond.stored)).map(({ resource, text }) => [resource, text]));
  const infos = [];
  for (const stored of selectResources(all, names)) {
    const backup = copies.get(`${stored.kind.kind}/${stored.name}`) ?? null;
    infos.push({ ...(await describe(pond, { stored, acyclic, committed })), backup });
  }
  return infos;
};

interface Described {
  readonly stored: StoredResource;
  readonly acyclic: Acyclic;
  /** The tree of the latest commit. */
  readonly committed: FileSystem;
}

async function describe(
  pond: ResourcePond,
  { stored, acyclic, committed }: Described,
): Promise<Omit<ResourceInfo, 'backup'>> {
  const { kind, name, id, desc, resource } = stored;
  const before = await readResource(committed, kind.kind, id);
  const [lastRun = null] = await recordedRuns(pond, (await recentRecords(pond, stored)).slice(0, 1));
  return {
    kind: kind.kind,
    icon: kind.icon,
    name,
    id,
    desc,
    directory: stored.home,
    state: before === undefined ? 'staged' : before.sha256 === stored.sha256 ? 'committed' : 'changed',
    problems: problemsOf(stored, acyclic),
    reads: resource === undefined ? [] : acyclic.graph.sourcesOf(resource).map((source) => source.id),
    outputs: await outputsOf(pond, stored),
    lastRun,
  };
}

function problemsOf({ home, resource, problems }: StoredResource, { cyclic }: Acyclic): readonly ProblemInfo[] {
  const origin = `${home}/${documentName}`;
  const own = problems.map((problem) => problemInfo(problem, origin));
  const cycle = cyclic.find((other) => other.resource === resource)?.error;
  if (cycle === undefined) return own;
  const { code, message, hint, position } = cycle;
  const start = position ?? { line: 0, character: 0 };
  return [...own, { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }), origin, ...start }];
}

async function outputsOf(pond: ResourcePond, { kind, name, home }: StoredResource): Promise<readonly OutputInfo[]> {
  try {
    const entries = await (await pond.fs.root()).list(home);
    return entries
      .filter(({ basename }) => !isBookkeeping(basename))
      .map(({ basename, node }) => ({ path: `${linkOf({ kind, name })}/${basename}`, type: node.type }));
  } catch (error) {
    // The reason why it cannot derive is among its problems.
    if (!isPondError(error)) throw error;
    return [];
  }
}
