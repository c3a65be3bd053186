import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A host folder for one benchmark. */
export interface Scratch {
  readonly folder: string;
  /** Makes a folder in it. */
  make(name: string): string;
}

/** Runs `work` with an empty folder, which is removed at the end. */
export async function withScratch(work: (scratch: Scratch) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pond-bench-')));
  const make = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  try {
    await work({ folder, make });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
