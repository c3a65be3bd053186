import { rmSync } from 'node:fs';

/** A host directory for data that need not outlive the process; only its owner can read it. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it with its contents. Repeated calls are fine. */
  remove(): void;
}

/** Removes a temporary directory, of this process or a dead one, with its contents. A missing one is fine. */
export function removeTemporaryDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
