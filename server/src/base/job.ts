/** Cancellation and progress of one request for work. */
export interface Job {
  readonly signal?: AbortSignal;
  /** Reports progress: units done, and the total when known. */
  readonly progress?: (message: string, done: number, total?: number) => void;
}
