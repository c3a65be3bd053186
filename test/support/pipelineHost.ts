/** A pond with the commands on it, and a host folder from which its resources collect. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import { type RunInfo } from '../../server/src/protocol/resources.ts';
import { newPondHost, type PondHost } from './commandHost.ts';

export interface PipelineHost extends PondHost {
  /** The host folder to collect from. */
  readonly inbox: string;
  /** Applies documents without problems and commits them; returns the UUIDs. */
  apply(...texts: readonly string[]): Promise<readonly string[]>;
  /** Runs resources, all if none is named; returns the runs by `KIND/NAME`. */
  runAll(...names: readonly string[]): Promise<ReadonlyMap<string, RunInfo>>;
  /** The result of a query as CSV lines, without the header. */
  rows(sql: string): Promise<readonly string[]>;
  /** Checks that the pond is intact, and that nothing is staged in it. */
  checkWhole(): Promise<void>;
}

/** Creates a pond; everything is removed when the test ends. */
export async function newPipelineHost(t: TestContext): Promise<PipelineHost> {
  const host = await newPondHost(t);
  const inbox = join(host.folder, 'inbox');
  mkdirSync(inbox);
  return {
    ...host,
    inbox,
    async apply(...texts) {
      const sources = texts.map((text) => ({ text, origin: 'document' }));
      const { applied, problems } = await host.run('apply', { sources, directory: host.folder });
      assert.deepEqual(problems, []);
      await host.run('commit', { message: 'documents' });
      return applied.map(({ id }) => id);
    },
    async runAll(...names) {
      const { runs } = await host.run('run', names.length === 0 ? {} : { names });
      return new Map(runs.map((run) => [run.resource, run]));
    },
    async rows(sql) {
      const { text } = await host.run('queryToText', { sql, format: 'csv' });
      return text.trimEnd().split('\n').slice(1);
    },
    async checkWhole() {
      assert.deepEqual((await host.run('check', {})).problems, []);
      assert.deepEqual((await host.run('status', {})).staged, []);
    },
  };
}

/** An Inbox document called `name` that collects the files of a host pattern. */
export const inboxDocument = (name: string, pattern: string): string => `apiVersion: duckpond/v1
kind: Inbox
name: ${name}
desc: Files
spec:
  pattern: ${JSON.stringify(pattern)}
`;

/** A Derive document with one collection, `all`; its pattern is on line 8, its query on line 9. */
export const deriveDocument = (
  name: string,
  pattern: string,
  query = "SELECT * FROM read_csv('$1')",
): string => `apiVersion: duckpond/v1
kind: Derive
name: ${name}
desc: Series
spec:
  collections:
    - name: all
      pattern: ${JSON.stringify(pattern)}
      query: ${JSON.stringify(query)}
`;
