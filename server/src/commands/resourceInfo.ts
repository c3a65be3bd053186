/** From what resources say to what the protocol says. */
import { pondNode } from '../pond/node.ts';
import { type ProblemInfo, type RunInfo } from '../protocol/resources.ts';
import { type Problem } from '../resources/problem.ts';
import { type ResourceHome } from '../resources/readResource.ts';
import { readRecords, type RunRecord } from '../resources/records.ts';
import { recordsName } from '../resources/resource.ts';
import { type ResourcePond } from '../resources/resourcePond.ts';
import { type RunResult } from '../resources/runner.ts';

/** A problem of a text as clients see it. */
export function problemInfo({ code, severity, message, hint, range }: Problem, origin: string): ProblemInfo {
  const { line, character } = range.start;
  return { code, severity, message, ...(hint === undefined ? {} : { hint }), origin, line, character };
}

/** A run that has just ended as clients see it. */
export function runInfo({ kind, name, id, record, commit }: RunResult): RunInfo {
  return { resource: `${kind}/${name}`, id, ...record, commit: commit ?? null };
}

/** A record that a home keeps. */
export interface KeptRecord {
  readonly home: ResourceHome;
  readonly record: RunRecord;
  /** How many records of the home are newer. */
  readonly age: number;
}

/** The newest records of a home, newest first. */
export async function keptRecords(pond: ResourcePond, home: ResourceHome): Promise<readonly KeptRecord[]> {
  const records = await readRecords(pond.fs, home);
  return records.toReversed().map((record, age) => ({ home, record, age }));
}

/** A kept record as clients see it. Each version of the file of records brought one of them. */
export async function keptRunInfo(pond: ResourcePond, { home, record, age }: KeptRecord): Promise<RunInfo> {
  const resource = `${home.kind.kind}/${home.name}`;
  const number = await commitOf(pond, `${home.home}/${recordsName}`, age);
  const commit = number === undefined ? undefined : await pond.resolve(String(number));
  // A commit of records alone is not called after one resource.
  return { resource, id: home.id, ...record, commit: commit?.operation === resource ? commit.number : null };
}

/** The commit that wrote the version of a file so many before the newest; undefined when none did. */
async function commitOf(pond: ResourcePond, path: string, age: number): Promise<number | undefined> {
  let index = 0;
  for await (const node of (await pond.fs.root()).versions(path)) {
    if (index === age) return pondNode(node).row?.txn;
    index += 1;
  }
  return undefined;
}
