import { closeSync, fsyncSync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The minimum cost of a durable commit: `bytes` bytes in a new file of `folder`, flushed, and the folder flushed. */
export function writeFloor(folder: string, name: string, bytes: number): void {
  writeFlushed(join(folder, name), bytes);
  flushFolder(folder);
}

/**
 * The same bytes in the order that a commit to a Delta log needs, and nothing else: the data file and its folder
 * flushed, then the log entry under another name, flushed, linked to its own, and the log's folder flushed.
 */
export function writeOrdered(folder: string, log: string, name: string, bytes: number): void {
  const entryBytes = Math.round(bytes / 4);
  writeFloor(folder, `${name}.data`, bytes - entryBytes);
  const [temporary, entry] = [join(log, `${name}.temporary`), join(log, `${name}.entry`)];
  writeFlushed(temporary, entryBytes);
  linkSync(temporary, entry);
  unlinkSync(temporary);
  flushFolder(log);
}

function writeFlushed(path: string, bytes: number): void {
  const file = openSync(path, 'wx');
  writeSync(file, Buffer.alloc(bytes, 'x'));
  fsyncSync(file);
  closeSync(file);
}

function flushFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
}
