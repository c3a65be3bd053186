import { type CommitNumber } from './commitNumber.ts';
import { PondError } from '../base/error.ts';

/** Versions and features that a reader and a writer must support. Feature lists exist only with versions 3 and 7. */
export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

export interface MetaData {
  /** GUID of the table. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  /** The schema as JSON text on one line. */
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** Milliseconds since 1970 UTC. */
  readonly createdTime?: number;
}

export interface Add {
  /** As in the log: a URI reference, percent-encoded, relative to the table root. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970 UTC; other engines also write seconds. */
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text. A hint: other engines write other fields. */
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string | null>>;
}

export interface Remove {
  /** As in the log: a URI reference, percent-encoded, relative to the table root. */
  readonly path: string;
  readonly dataChange: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly deletionTimestamp?: number;
  readonly partitionValues?: Readonly<Record<string, string | null>>;
  /** Bytes. */
  readonly size?: number;
}

/** The latest version that an application wrote; it shows the application what it has already written. */
export interface Txn {
  readonly appId: string;
  readonly version: number;
  /** Milliseconds since 1970 UTC. */
  readonly lastUpdated?: number;
}

/** Any JSON. */
export type DeltaCommitInfo = Readonly<Record<string, unknown>>;

/** Content of a commit, grouped by action. */
export interface CommitActions {
  readonly commitInfo?: DeltaCommitInfo;
  readonly protocol?: Protocol;
  readonly metaData?: MetaData;
  readonly txns: readonly Txn[];
  readonly removes: readonly Remove[];
  readonly adds: readonly Add[];
}

export interface DeltaCommit extends CommitActions {
  readonly version: CommitNumber;
}

/** Protocol of the tables created here: every engine can read and write them. */
export const plainProtocol: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/** Returns a commit file's bytes: one action on each line, commitInfo first, a newline after each. */
export function serializeCommit(actions: CommitActions): Uint8Array {
  const { commitInfo, protocol, metaData, txns, removes, adds } = actions;
  const lines: object[] = [];
  if (commitInfo) lines.push({ commitInfo });
  if (protocol) lines.push({ protocol });
  if (metaData) lines.push({ metaData });
  for (const txn of txns) lines.push({ txn });
  for (const remove of removes) lines.push({ remove });
  for (const add of adds) lines.push({ add });
  return new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/**
 * Reader features that require nothing more of this reader: a column of a type that it passes on, a rule for VACUUM,
 * checkpoints of version 2, which it reads, and deletion vectors, which are refused where a file has one.
 */
const harmlessReaderFeatures: readonly string[] = [
  'timestampNtz',
  'vacuumProtocolCheck',
  'v2Checkpoint',
  'deletionVectors',
];

/** DuckPond sets no features, so an update alone may not help. */
const protocolHint =
  'Another engine set this: let it drop the feature (ALTER TABLE … DROP FEATURE), or use an earlier copy. A newer DuckPond may know it. Nothing was changed.';

/**
 * Fails with `pond-too-new` when this reader would misread tables with this protocol. `by` is the information of the
 * commit with it, which the message names.
 */
export function checkReadable(protocol: Protocol, file: string, by?: DeltaCommitInfo): void {
  const { minReaderVersion, readerFeatures = [] } = protocol;
  const unknown = readerFeatures.filter((feature) => !harmlessReaderFeatures.includes(feature));
  // Version 2 is column mapping. Version 3 names its features, so 3 without any equals 1.
  if (minReaderVersion <= 1 || (minReaderVersion === 3 && unknown.length === 0)) return;
  const needs = [`reader version ${minReaderVersion}`, ...unknown].join(', ');
  const since = by === undefined ? '' : ` since ${operationOf(by)}`;
  throw new PondError('pond-too-new', `the Delta table needs ${needs}${since}; this program reads version 1`, {
    path: file,
    hint: protocolHint,
  });
}

/** Returns what a commit did, such as `OPTIMIZE by delta-rs`; `an operation` when it does not say. */
export function operationOf({ operation, engineInfo }: DeltaCommitInfo = {}): string {
  const by = typeof engineInfo === 'string' ? ` by ${engineInfo}` : '';
  return `${typeof operation === 'string' ? operation : 'an operation'}${by}`;
}

/**
 * Writer features that require nothing of a writer that only appends to a schema without invariants, and whose checkpoints
 * are classic.
 */
const harmlessWriterFeatures: readonly string[] = ['appendOnly', 'invariants', 'v2Checkpoint'];

/** Fails with `pond-too-new` when this writer would break a promise of the protocol. */
export function checkWritable(protocol: Protocol): void {
  const { minWriterVersion, writerFeatures = [] } = protocol;
  const unknown = writerFeatures.filter((feature) => !harmlessWriterFeatures.includes(feature));
  if (minWriterVersion <= 2 || (minWriterVersion === 7 && unknown.length === 0)) return;
  const needs = [`writer version ${minWriterVersion}`, ...unknown].join(', ');
  throw new PondError('pond-too-new', `the Delta table needs ${needs}; this program writes version 2`, {
    hint: protocolHint,
  });
}
