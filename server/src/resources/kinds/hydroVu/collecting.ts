import { type RunCounts } from '../../model/runState.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { type Client } from './client.ts';
import { type Device } from './credentials.ts';
import { type ColumnParts } from './columnParts.ts';
import { type Progress } from './tables.ts';

/** Folder of the series, in the resource directory. */
export const dataName = 'data';

/** State that the locations of one run share; updated as readings are written. */
export interface Collecting {
  readonly client: Client;
  readonly names: ColumnParts;
  readonly home: () => Promise<WorkingDirectory>;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly progress: Map<string, Progress>;
  /** Length of the time before the last stored reading that is asked for again, seconds. */
  readonly overlapSeconds: number;
  readonly counts: { -readonly [K in keyof RunCounts]: RunCounts[K] };
  /** Commits the data so far when enough has accumulated since the last commit. */
  readonly checkpoint: {
    readonly isDue: () => boolean;
    readonly onReadings: (count: number) => void;
    save(): Promise<void>;
  };
  readonly report: (message: string) => void;
}

/** Path of a device's series, in the resource directory. */
export function seriesPath({ name, id }: Device): string {
  return `${dataName}/${name}-${id}`;
}
