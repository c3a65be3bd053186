/**
 * Preloaded into the process of each test file: its temporary folder is in memory where the system has room for it. The
 * tests make 100,000 durable writes, and their files are removed again: a disk takes longer for that than the tests do.
 * The product makes the same calls in the same order. Tests of the disk itself, and of a killed process, keep to a disk.
 */
import { statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** A file system in memory, on Linux. */
const inMemory = '/dev/shm';

/** Its `type` in what statfs returns (TMPFS_MAGIC in Linux's magic.h). */
const tmpfs = 0x01021994;

/** Bytes that must be free: ten times of what all tests of a run hold at a time. */
const bytesMin = 4 * 1024 ** 3;

/** Bundles whose tests need a disk. */
const ofDisk = /^test\/storage\/|\/kill\.test\.mjs$/;

/**
 * The temporary folder of a bundle; undefined for that of the system.
 * @param {string} bundle its path in the folder of bundles, with slashes
 * @returns {string | undefined}
 */
export function testFolder(bundle) {
  return ofDisk.test(bundle) || !hasRoom() ? undefined : inMemory;
}

function hasRoom() {
  if (process.platform !== 'linux' || freemem() < bytesMin) return false;
  try {
    const { type, bavail, bsize } = statfsSync(inMemory);
    return type === tmpfs && bavail * bsize >= bytesMin;
  } catch {
    return false;
  }
}

const { POND_TEST_BUNDLES: bundles, TMPDIR: chosen } = process.env;
if (isMainThread && bundles !== undefined && chosen === undefined) {
  const folder = testFolder(
    path
      .relative(bundles, process.argv[1] ?? '')
      .split(path.sep)
      .join('/'),
  );
  if (folder !== undefined) process.env['TMPDIR'] = folder;
}
