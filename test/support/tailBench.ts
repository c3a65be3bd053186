/** A Tail in a pond of its own, and the folder of the logs that it follows. */
import { type TestContext } from 'node:test';
import { type PlainValue } from '../../server/src/sandbox/plainValue.ts';
import { sql, type SqlText } from '../../server/src/duckdb/sql.ts';
import { runTail } from '../../server/src/resources/kinds/tail/run.ts';
import { type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { readParquet } from '../../server/src/resources/series/readParquet.ts';
import { temporaryFolder } from './folder.ts';
import { newResourcePond } from './resourcePond.ts';
import { createResourceBench, type ResourceBench } from './runContext.ts';

/** A Tail of the logs `*.log` in `folder`. */
interface TailBench extends ResourceBench {
  readonly folder: string;
  follow(now?: number): Promise<RunOutcome>;
  rows(name: string, columns: SqlText): Promise<readonly (readonly PlainValue[])[]>;
}

/** Creates a Tail; `spec` has the lines of its section below the pattern. */
export async function tailBench(t: TestContext, spec: string): Promise<TailBench> {
  const folder = temporaryFolder(t);
  const pond = await newResourcePond(t);
  const document = `apiVersion: duckpond/v1\nkind: Tail\nname: log\ndesc: test\nspec:\n  pattern: ${folder}/*.log\n${spec}`;
  const bench = await createResourceBench(pond, 'Tail', document);
  const { materializer } = pond.layer;
  return {
    ...bench,
    folder,
    follow: (now = 0) => bench.run(runTail, { materializer, now: () => now }),
    async rows(name, columns) {
      const node = (await (await pond.fs.root()).get(`${bench.home}/${name}`))!.node;
      const reads = (await pond.hostFiles(node)).map(({ hostPath }) => hostPath);
      const statements = [sql`SELECT ${columns} FROM ${readParquet(reads)} ORDER BY 1`];
      return (await materializer.builder.run({ statements, reads })).map((row) => row.map((value) => value));
    },
  };
}
