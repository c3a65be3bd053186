/** Documents become resources of a tree, all or none. */
import { randomUUID } from 'node:crypto';
import { type Job } from '../base/job.ts';
import { createYield } from '../base/yieldToEventLoop.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type Problem } from '../documents/problem.ts';
import { documentPath, resourceDirectory } from '../resources/model/resourcePath.ts';
import { findCycle, plannedResource } from './cycle.ts';
import { findExisting, isInTheWay, type ExistingResource } from './existingResource.ts';
import { type Applied, type ApplyOutcome, type Planned, type DocumentSource, type SourceProblem } from './planned.ts';
import { prepare, type Preparation, type PreparedDocument } from './prepare.ts';

/**
 * Stages the documents of the sources in a working tree. A resource keeps its id as long as it keeps its name; an
 * unchanged document is not rewritten. Any problem of severity `error` stages and applies nothing. Fails `cancelled`.
 */
export async function applyDocuments(
  fs: FileSystem,
  sources: readonly DocumentSource[],
  preparation: Omit<Preparation, 'readHostFile' | 'between'>,
  { signal, progress }: Required<Job>,
): Promise<{ readonly applied: readonly Applied[]; readonly problems: readonly SourceProblem[] }> {
  const problems: SourceProblem[] = [];
  const planned: Planned[] = [];
  const between = createYield(signal, 'the apply');
  for (const { text, origin, readHostFile } of sources) {
    const prepared = await prepare(text, { ...preparation, readHostFile, between });
    problems.push(...prepared.problems.map((problem) => ({ origin, problem })));
    for (const document of prepared.documents) {
      await between();
      const found = repeated(planned, document) ?? (await plan(fs, document));
      if ('code' in found) problems.push({ origin, problem: found });
      else planned.push({ ...found, document, origin });
    }
  }
  const failed = (): boolean => problems.some(({ problem }) => problem.severity === 'error');
  if (!failed()) problems.push(...(await findCycle(fs, planned)));
  if (failed()) return { applied: [], problems };
  await store(fs, planned, async (done) => {
    progress('staged documents', done, planned.length);
    await between();
  });
  return { applied: planned.map((plan) => ({ ...plan, resource: plannedResource(plan) })), problems };
}

function repeated(planned: readonly Planned[], { kind, name, nameRange }: PreparedDocument): Problem | undefined {
  const first = planned.find((other) => other.kind === kind && other.name === name);
  if (first === undefined) return undefined;
  const message = `${kind.kind} "${name}" is declared twice, first in ${first.origin}`;
  return { code: 'resource-duplicate', severity: 'error', message, range: nameRange };
}

async function plan(fs: FileSystem, document: PreparedDocument): Promise<ApplyOutcome | Problem> {
  const { kind, name } = document;
  let existing: ExistingResource;
  try {
    existing = await findExisting(await fs.root(), kind.kind, name);
  } catch (error) {
    if (!isInTheWay(error)) throw error;
    const { message, hint } = error;
    const range = document.nameRange;
    return { code: 'name-taken', severity: 'error', message, range, ...(hint === undefined ? {} : { hint }) };
  }
  const outcome = existing.text === undefined ? 'created' : existing.text === document.text ? 'unchanged' : 'changed';
  return { kind, name, id: existing.id ?? randomUUID(), outcome, hostFiles: document.hostFiles };
}

async function store(
  fs: FileSystem,
  planned: readonly Planned[],
  before: (done: number) => Promise<void>,
): Promise<void> {
  const root = await fs.root();
  await fs.backend.batch(async () => {
    for (const [done, { kind, id, outcome, document }] of planned.entries()) {
      await before(done);
      if (outcome === 'unchanged') continue;
      await root.createDirectory(resourceDirectory({ kind, id }), { parents: true });
      await root.writeFile(documentPath({ kind, id }), Buffer.from(document.text));
    }
  });
}
