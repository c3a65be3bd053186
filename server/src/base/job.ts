/** Who waits for something to be made. */
export interface Job {
  readonly signal?: AbortSignal;
  /** Tells how far the work is: units done, and of how many when known. */
  readonly progress?: (message: string, done: number, total?: number) => void;
}
