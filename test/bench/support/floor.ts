import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The least that a durable commit can cost: `bytes` bytes in a new file of `folder`, flushed, and the folder flushed. */
export function writeFloor(folder: string, name: string, bytes: number): void {
  const file = openSync(join(folder, name), 'wx');
  writeSync(file, Buffer.alloc(bytes, 'x'));
  fsyncSync(file);
  closeSync(file);
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
}
