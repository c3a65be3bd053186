/** Conversions from resources to the protocol's types. */
import { pondNode, rowOf } from '../pond/node.ts';
import { type ProblemInfo, type RunInfo } from '../protocol/resources.ts';
import { type DisplayPaths, displayPaths, namedFailure } from '../resources/displayPath.ts';
import { type Problem } from '../documents/problem.ts';
import { type StoredResource } from '../resources/readResource.ts';
import { readRecords, type RunRecord } from '../resources/runs/records.ts';
import { recordsName } from '../resources/model/resourcePath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type RunResult } from '../resources/runs/runner.ts';
import { readUnrecorded } from '../resources/runs/unrecorded.ts';
import { type Node } from '../tinyfs/backend.ts';

/** A problem of a text as clients see it. */
export function problemInfo({ code, severity, message, hint, range }: Problem, origin: string): ProblemInfo {
  const { line, character } = range.start;
  return { code, severity, message, ...(hint === undefined ? {} : { hint }), origin, line, character };
}

/** A run that has just ended as clients see it, with resource names from `names` in its texts. */
export async function runInfo(
  { kind, name, id, record, commit, unrecorded }: RunResult,
  names: DisplayPaths,
): Promise<RunInfo> {
  const number = hasNewData(record) ? (commit ?? null) : null;
  return { resource: `${kind}/${name}`, id, ...(await namedRecord(record, names)), commit: number, unrecorded };
}

/** A record with resource names in its texts; paths stay as they are. */
async function namedRecord(record: RunRecord, names: DisplayPaths): Promise<RunRecord> {
  const notes = await Promise.all(record.notes.map((note) => names.text(note)));
  const { error } = record;
  return { ...record, notes, error: error && { ...error, ...(await namedFailure(error, names)) } };
}

/** A run of a resource that ended: a record in its directory, or one without. */
export interface StoredRecord {
  readonly stored: StoredResource;
  readonly record: RunRecord;
  /** Number of newer records in the resource directory. */
  readonly age: number;
  /** As in RunInfo. */
  readonly unrecorded: number;
}

/** The latest records of a resource, latest first, after the latest run without a record. */
export async function recentRecords(pond: ResourcePond, stored: StoredResource): Promise<readonly StoredRecord[]> {
  const records = (await readRecords(pond.fs, stored)).toReversed();
  const recent: StoredRecord[] = records.map((record, age) => ({ stored, record, age, unrecorded: 0 }));
  const [latest] = records;
  const last = latest && readUnrecorded(pond.localRecords, stored.id, latest);
  if (last !== undefined) recent.unshift({ stored, record: last.record, age: 0, unrecorded: last.count });
  return recent;
}

/** Kept records as clients see them, in their order; those of one resource directory are ordered by age. */
export async function recordedRuns(pond: ResourcePond, records: readonly StoredRecord[]): Promise<readonly RunInfo[]> {
  const files = new Map<string, VersionCommits>();
  const names = displayPaths([pond.fs]);
  const operations = new Map<number, Promise<string>>();
  const operationOf = (number: number): Promise<string> => {
    const known = operations.get(number) ?? pond.resolve(String(number)).then(({ operation }) => operation);
    operations.set(number, known);
    return known;
  };
  const infos: RunInfo[] = [];
  try {
    for (const { stored, record, age, unrecorded } of records) {
      const resource = `${stored.kind.kind}/${stored.name}`;
      let commit: number | null = null;
      if (hasNewData(record)) {
        const file = files.get(stored.home) ?? (await versionCommits(pond, `${stored.home}/${recordsName}`));
        files.set(stored.home, file);
        const number = await file.before(age);
        // A commit of records alone is not named after one resource.
        if (number !== undefined && (await operationOf(number)) === resource) commit = number;
      }
      infos.push({ resource, id: stored.id, ...(await namedRecord(record, names)), commit, unrecorded });
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
  return infos;
}

/**
 * Runs that fetched nothing have no commit to look up. They are most runs of a schedule, and a lookup walks through
 * versions.
 */
const hasNewData = ({ rows, files }: RunRecord): boolean => rows + files > 0;

/** The commits that wrote the versions of a file, read in a single walk. */
interface VersionCommits {
  /** The commit of the version `age` versions before the latest; undefined when none wrote it. */
  before(age: number): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Each version of the records file added one record. */
async function versionCommits(pond: ResourcePond, path: string): Promise<VersionCommits> {
  const versions = (await pond.fs.root()).versions(path)[Symbol.asyncIterator]();
  const commits: (number | undefined)[] = [];
  return {
    async before(age) {
      while (commits.length <= age) {
        const next: IteratorResult<Node, unknown> = await versions.next();
        if (next.done === true) return undefined;
        commits.push(rowOf(pondNode(next.value))?.txn);
      }
      return commits[age];
    },
    close: async () => void (await versions.return?.()),
  };
}
