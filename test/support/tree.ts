import assert from 'node:assert/strict';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { type Backend, type NewNode, type Node } from '../../server/src/tinyfs/backend.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Returns the result of a read as text. */
export async function textRead(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return textOf(Buffer.concat(await collect(chunks)));
}

export function fileOf(text: string): Extract<NewNode, { content: unknown }> {
  return { type: 'file', content: bytesOf(text) };
}

/** Returns content that passes for Parquet as long as it is not decoded: a backend may check its ends. */
export function parquetOf(text: string): Uint8Array {
  return bytesOf(`PAR1 ${text} PAR1`);
}

/** Puts a node into the present root. */
export async function putInRoot(backend: Backend, name: string, node: NewNode): Promise<Node> {
  return backend.put([await backend.root()], name, node);
}

/** Checks that a call fails with a code and, if given, a path. */
export async function fails(code: ErrorCode, call: Promise<unknown>, path?: string): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    if (!isPondError(error)) throw error;
    assert.equal(error.code, code, error.message);
    if (path !== undefined) assert.equal(error.path, path, error.message);
    return true;
  });
}

/**
 * Returns one line for each entry below a directory: its path, then content, '/' for a directory, '-> target' for a
 * link.
 */
export async function linesOf(directory: WorkingDirectory): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, node } of directory.walk()) {
    if (node.type === 'directory') lines.push(`${path}/`);
    else if (node.type === 'symlink') lines.push(`${path} -> ${await directory.backend.readlink(node)}`);
    else lines.push(`${path} ${await textRead(directory.backend.read(node))}`);
  }
  return lines;
}

/** Creates the entries of linesOf, relative or absolute, in order. */
export async function make(directory: WorkingDirectory, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const [path = '', ...rest] = line.split(' ');
    if (path.endsWith('/')) await directory.createDirectory(path, { parents: true });
    else if (rest[0] === '->') await directory.createSymlink(path, rest.slice(1).join(' '));
    else await directory.createFile(path, bytesOf(rest.join(' ')));
  }
}
