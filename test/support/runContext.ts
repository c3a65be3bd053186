/** A resource in a pond of its own, with a run as the runner does it, one transaction after the other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext } from 'node:test';
import { initPond } from './pond.ts';
import { type Pond, type Transaction } from '../../server/src/pond/types.ts';
import { readResource } from '../../server/src/resources/readResource.ts';
import { documentName, resourceDirectory } from '../../server/src/resources/model/resourcePath.ts';
import { type Resource, type Run, type RunContext } from '../../server/src/resources/model/kind.ts';
import { type RunCounts, type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { temporaryFolder } from './folder.ts';

/** What a run is given beside the resource. */
export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 UTC; the clock of the computer without. */
  readonly now?: () => number;
  readonly progress?: RunContext['progress'];
  /** Called after each checkpoint. */
  readonly onCheckpoint?: (soFar: RunCounts) => void;
}

/** A pond with one resource in it. */
export interface ResourceBench {
  readonly pond: Pond;
  /** Absolute pond path of the home. */
  readonly home: string;
  /** Commits another text of the document. */
  apply(text: string): Promise<void>;
  /** The outcome of a run, which is committed. A run that fails is abandoned since its last checkpoint. */
  run(run: Run, settings?: RunSettings): Promise<RunOutcome>;
}

/** Makes a pond with a resource of the kind. It is closed when the test ends. */
export async function resourceBench(t: TestContext, kind: string, text: string): Promise<ResourceBench> {
  const pond = await initPond(temporaryFolder(t));
  t.after(() => pond.close());
  return createResourceBench(pond, kind, text);
}

/** Puts a resource of the kind into a pond. */
export async function createResourceBench(pond: Pond, kind: string, text: string): Promise<ResourceBench> {
  const id = randomUUID();
  const home = resourceDirectory({ kind: { kind }, id });
  let resource: Resource | undefined;

  async function apply(document: string): Promise<void> {
    const transaction = await pond.begin();
    const root = await transaction.fs.root();
    await root.createDirectory(home, { parents: true });
    await root.writeFile(`${home}/${documentName}`, Buffer.from(document));
    await transaction.commit({ message: 'apply', author: 'test' });
    const read = await readResource(pond.fs, kind, id);
    assert.deepEqual(read?.problems, []);
    resource = read?.resource;
  }

  await apply(text);
  return {
    pond,
    home,
    apply,
    run: (run, settings = {}) => runOnce(pond, resource!, run, settings),
  };
}

async function runOnce(pond: Pond, resource: Resource, run: Run, settings: RunSettings): Promise<RunOutcome> {
  const { env = {}, signal, now = Date.now, progress = () => undefined, onCheckpoint } = settings;
  let transaction: Transaction = await pond.begin();
  const never = (): never => assert.fail('this run neither reads nor makes derived files');
  const commit = async (): Promise<void> => {
    await transaction.commit({ message: 'run', author: 'test', operation: resource.name });
  };
  const context: RunContext = {
    resource,
    home: async (): Promise<WorkingDirectory> =>
      (await transaction.fs.root()).openDirectory(resourceDirectory(resource)),
    inputs: { match: never },
    workshop: {
      builder: { fromUserSql: never, run: never, inspect: never, close: never },
      file: never,
      files: never,
      known: never,
      inspect: never,
    },
    signal: signal ?? new AbortController().signal,
    progress,
    env: (name) => env[name],
    now,
    async checkpoint(soFar) {
      await commit();
      transaction = await pond.begin();
      onCheckpoint?.(soFar);
    },
  };
  try {
    const outcome = await run(context);
    await commit();
    return outcome;
  } catch (error) {
    await transaction.abandon();
    throw error;
  }
}
