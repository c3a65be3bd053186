/** A resource in a pond of its own, with a run like those of the runner, one transaction after the other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext } from 'node:test';
import { initPond } from './pond.ts';
import { type Pond, type Transaction } from '../../server/src/pond/types.ts';
import { readResource } from '../../server/src/resources/readResource.ts';
import { documentName, resourceDirectory } from '../../server/src/resources/model/resourcePath.ts';
import { type Resource, type RunContext } from '../../server/src/resources/model/kind.ts';
import { type RunCounts, type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { type Materializer } from '../../server/src/materialize/materializer.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { temporaryFolder } from './folder.ts';

/** Inputs of a run in addition to the resource. */
export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 UTC; the clock of the computer if omitted. */
  readonly now?: () => number;
  readonly progress?: RunContext['progress'];
  /** Called after each checkpoint. */
  readonly onCheckpoint?: (soFar: RunCounts) => void;
  /** What makes Parquet files; a run that makes some without it fails. */
  readonly materializer?: Materializer;
}

/** The run of a kind. */
type Run<T> = (context: RunContext<T>) => Promise<RunOutcome>;

/** A pond with one resource in it. */
export interface ResourceBench {
  readonly pond: Pond;
  /** Absolute pond path of the resource directory. */
  readonly home: string;
  /** Commits another text of the document. */
  apply(text: string): Promise<void>;
  /** The outcome of a run, which is committed. A run that fails is abandoned since its last checkpoint. */
  run<T>(run: Run<T>, settings?: RunSettings): Promise<RunOutcome>;
}

/** Creates a pond with a resource of the kind. It is closed when the test ends. */
export async function resourceBench(t: TestContext, kind: string, text: string): Promise<ResourceBench> {
  const pond = await initPond(temporaryFolder(t));
  t.after(() => pond.close());
  return createResourceBench(pond, kind, text);
}

/** Adds a resource of the kind to a pond, or gives the one with that id another document. */
export async function createResourceBench(
  pond: Pond,
  kind: string,
  text: string,
  id: string = randomUUID(),
): Promise<ResourceBench> {
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

async function runOnce<T>(pond: Pond, resource: Resource, run: Run<T>, settings: RunSettings): Promise<RunOutcome> {
  const { env = {}, signal, now = Date.now, progress = () => undefined, onCheckpoint } = settings;
  let transaction: Transaction = await pond.begin();
  const never = (): never => assert.fail('this run neither reads nor makes derived files');
  const commit = async (): Promise<void> => {
    await transaction.commit({ message: 'run', author: 'test', operation: resource.name });
  };
  const context: RunContext<T> = {
    resource: resource as Resource<T>,
    home: async (): Promise<WorkingDirectory> =>
      (await transaction.fs.root()).openDirectory(resourceDirectory(resource)),
    inputs: { match: never },
    pond,
    materializer: settings.materializer ?? {
      builder: { fromUserSql: never, run: never, notations: never, tableRuns: never, inspect: never, close: never },
      file: never,
      files: never,
      known: never,
      notations: never,
      tableRuns: never,
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
