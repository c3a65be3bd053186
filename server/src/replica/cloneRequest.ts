import { type VersionSpec } from '../pond/commitRecord.ts';

/** A copy of a pond to make. */
export interface CloneRequest {
  /** Address of the store, without credentials: where the copy says that it comes from. */
  readonly url: string;
  /** Version at which the copy ends, which is then read-only; all of the history when omitted. */
  readonly at?: VersionSpec | undefined;
  /** Author of the first commit of a fork, a pond of its own with the same history; undefined for a copy of the pond. */
  readonly forkAuthor?: string | undefined;
  /** True to leave contents over the inline limit at the store. */
  readonly isThin: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called often, with bytes that arrived, and the total when known. */
  readonly onProgress?: ((step: CloneStep, done: number, total?: number) => void) | undefined;
}

/** Steps of a copy, in their order; `checking` and `forking` count commits, the others bytes. */
export type CloneStep = 'log' | 'data files' | 'checking' | 'contents' | 'forking';
