import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A host directory for what need not outlive the process; only its owner may look inside. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it with all inside. Twice is fine. */
  remove(): void;
}

/** Makes a new directory in the system's place for temporary files. Its name starts with `prefix`. */
export function makeTemporaryDirectory(prefix: string): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), `${prefix}-`));
  return { path, remove: () => removeTemporaryDirectory(path) };
}

/** Removes a temporary directory, of this process or of one that is gone, with all inside. A missing one is fine. */
export function removeTemporaryDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
