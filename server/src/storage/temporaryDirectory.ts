import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A host directory for data that need not outlive the process; only its owner can read it. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it with its contents. Repeated calls are fine. */
  remove(): void;
}

/** Makes a new directory in the system's temporary folder. Its name starts with `prefix`. */
export function makeTemporaryDirectory(prefix: string): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), `${prefix}-`));
  return { path, remove: () => removeTemporaryDirectory(path) };
}

/** Removes a temporary directory, of this process or a dead one, with its contents. A missing one is fine. */
export function removeTemporaryDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
