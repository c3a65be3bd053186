import { isPondError, PondError } from '../base/error.ts';
import { type HostFile } from '../pond/types.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { placeOf } from './derivedNode.ts';
import { documentName, homeOf, titleOf } from './resource.ts';
import { type Resource } from './kind.ts';
import { type RunOutcome } from './running.ts';
import { type ResourcePond } from './resourcePond.ts';

/** Who waits for it. */
interface MakeOptions {
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
}

/** Failures that are named in the notes; more are counted. */
const namedMax = 20;

/**
 * Makes all that a resource of the newest commit derives, as far as it is not made yet: the run of a kind that only
 * derives. A file that fails does not keep the others from being made: the first failure is the run's, the others are notes.
 */
export async function makeAll(pond: ResourcePond, resource: Resource, options: MakeOptions): Promise<RunOutcome> {
  const fs = await pond.at(String(pond.head.number));
  const root = await fs.root();
  const derived: NodePath[] = [];
  for await (const at of root.walk(homeOf(resource))) {
    if (!at.isDirectory && placeOf(at.node)?.in === 'derived') derived.push(at);
  }
  const failures: PondError[] = [];
  const counts = { rows: 0, bytes: 0, files: 0 };
  for (const [index, at] of derived.entries()) {
    if (options.signal.aborted) throw new PondError('cancelled', 'the run was cancelled');
    options.progress(`${titleOf(resource)}: ${at.basename}`, index, derived.length);
    if (pond.workshop.known(at.node.sha256) !== undefined) continue;
    try {
      const files = await pond.hostFiles(at.node, options);
      counts.files += 1;
      counts.bytes += files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      if (at.node.type !== 'file') counts.rows += await rowsIn(pond, files, options.signal);
    } catch (error) {
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  const notes = others.slice(0, namedMax).map(({ message }) => message);
  if (others.length > namedMax) notes.push(`${others.length - namedMax} more files failed`);
  return { ...counts, notes, ...(first && { failure: about(resource, first) }) };
}

async function rowsIn(pond: ResourcePond, files: readonly HostFile[], signal: AbortSignal): Promise<number> {
  return (await pond.workshop.inspect(files, { signal })).rowCount;
}

/** The failure, at the resource's document where it does not say what it is about. */
function about(resource: Resource, failure: PondError): PondError {
  if (failure.path !== undefined) return failure;
  const { code, message, hint, position, cause } = failure;
  return new PondError(code, message, {
    path: `${homeOf(resource)}/${documentName}`,
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position }),
    cause,
  });
}
