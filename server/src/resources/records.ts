/** The records of runs that a resource keeps in its home: JSON, one object a line, the newest last. */
import { type PondError } from '../base/error.ts';
import { type FS } from '../tinyfs/fs.ts';
import { type WD } from '../tinyfs/workingDirectory.ts';
import { type ResourceHome } from './readResource.ts';
import { recordsName } from './resource.ts';
import { type RunCounts } from './running.ts';

/** How many records a home keeps; older ones are in older versions of the file. */
const recordsMax = 100;

/** How a run ended. */
export type RunStatus = 'ok' | 'failed' | 'cancelled' | 'skipped';

/** The record of a run. Its fields are the columns of pond.runs, and of RunInfo in the protocol. */
export interface RunRecord extends RunCounts {
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly durationMs: number;
  readonly notes: readonly string[];
  readonly error: RunFailure | null;
}

/** Why a run failed, as plain data. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly path?: string;
  /** 0-based, in the file at `path`. */
  readonly line?: number;
  readonly character?: number;
}

/** The plain data of an error. */
export function failureOf({ code, message, hint, path, position }: PondError): RunFailure {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
    ...(position === undefined ? {} : position),
  };
}

/** Returns the records in a home, oldest first; none when it never ran. Lines that are no records are left out. */
export async function readRecords(fs: FS, { home }: Pick<ResourceHome, 'home'>): Promise<readonly RunRecord[]> {
  const root = await fs.root();
  const path = `${home}/${recordsName}`;
  if (!(await root.exists(path))) return [];
  return parseRecords(await root.readFile(path));
}

/** Adds a record to those of a home, which is a directory of a transaction. */
export async function addRecord(home: WD, record: RunRecord): Promise<void> {
  const before = (await home.exists(recordsName)) ? parseRecords(await home.readFile(recordsName)) : [];
  const lines = [...before, record].slice(-recordsMax).map((line) => `${JSON.stringify(line)}\n`);
  await home.writeFile(recordsName, new TextEncoder().encode(lines.join('')));
}

function parseRecords(content: Uint8Array): readonly RunRecord[] {
  return new TextDecoder()
    .decode(content)
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as RunRecord];
      } catch {
        return [];
      }
    });
}
