import { createReadStream } from 'node:fs';
import { raise } from './storageError.ts';

/** Names of the input of this process: `/dev/stdin`, and those that a shell gives the output of `<(command)`. */
const inputName = /^\/(?:dev|proc\/self)\/(?:stdin|fd\/(\d{1,9}))$/;

/** Returns the stream of this process that a host path names, such as `/dev/fd/63`; undefined for any other path. */
export function descriptorInput(path: string): AsyncIterable<Uint8Array> | undefined {
  const name = inputName.exec(path);
  return name === null ? undefined : chunksOf(path, Number(name[1] ?? 0));
}

async function* chunksOf(path: string, fd: number): AsyncIterable<Uint8Array> {
  try {
    // Opened by its name, a file would be read from its start and a socket not at all.
    for await (const chunk of createReadStream(path, { fd, autoClose: false })) yield chunk as Uint8Array;
  } catch (error) {
    raise(error, 'read', path);
  }
}
