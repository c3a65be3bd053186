import { PondError } from '../../../base/error.ts';
import { throwIfCancelled } from '../../../base/cancelled.ts';
import { contentKeyOf } from '../../../pond/series.ts';
import { type Backend, type Content, type DirectoryPath, type Node } from '../../../tinyfs/backend.ts';
import { joinPath, splitPath } from '../../../tinyfs/path.ts';
import { type DirectoryPlan } from './plan.ts';

/** Directory in which a plan is carried out. */
interface CopyWriterParts {
  /** The other pond's tree. */
  readonly source: Backend;
  readonly target: Backend;
  /** Content of a version in the other pond. */
  readonly contentOf: (node: Node) => Content;
  readonly signal?: AbortSignal;
  /** Called with the number of files written so far. */
  readonly onFile?: (files: number) => void;
}

/** Carries out a plan, and counts what it writes. Each node is compared with the one in the other pond. */
export class CopyWriter {
  files = 0;
  bytes = 0;
  removed = 0;
  readonly #parts: CopyWriterParts;

  constructor(parts: CopyWriterParts) {
    this.#parts = parts;
  }

  /** Changes a directory at a path of nodes. Fails `remote-damaged` when a result is not what the other pond has. */
  async directory(at: DirectoryPath, path: string, { removed, entries }: DirectoryPlan): Promise<void> {
    const { target, signal } = this.#parts;
    for (const name of removed) await target.remove(at, name);
    this.removed += removed.length;
    for (const entry of entries) {
      throwIfCancelled(signal, 'the run');
      const { name, node } = entry;
      const entryPath = joinPath(path, name);
      if (entry.change === 'directory') {
        const { attributes } = node;
        const directory = await target.put(at, name, { type: 'directory', attributes });
        await this.directory([...at, directory], entryPath, entry.below);
        continue;
      }
      const result =
        entry.change === 'content'
          ? await this.#contents(at, name, entry)
          : entry.change === 'link'
            ? await this.#link(at, name, node)
            : await target.setAttributes(at, name, node.attributes);
      if (contentKeyOf(result) !== contentKeyOf(node)) throw different(entryPath);
    }
  }

  async #contents(
    at: DirectoryPath,
    name: string,
    { node, versions }: { readonly node: Node; readonly versions: readonly Node[] },
  ): Promise<Node> {
    const { target, contentOf, onFile } = this.#parts;
    const { type, attributes } = node;
    let result = node;
    for (const version of versions) {
      if (type === 'directory' || type === 'symlink') break;
      result = await target.put(at, name, { type, content: contentOf(version), attributes });
      this.bytes += version.sizeBytes;
    }
    this.files += 1;
    onFile?.(this.files);
    return result;
  }

  async #link(at: DirectoryPath, name: string, node: Node): Promise<Node> {
    const { source, target } = this.#parts;
    const to = await source.readlink(node);
    if (to === '') throw new PondError('invalid-path', `the target of the link ${name} is empty`, { path: name });
    splitPath(to);
    const link = await target.put(at, name, { type: 'symlink', target: to });
    if (Object.keys(node.attributes).length === 0 && Object.keys(link.attributes).length === 0) return link;
    return await target.setAttributes(at, name, node.attributes);
  }
}

function different(path: string): PondError {
  return new PondError('remote-damaged', `${path} of the other pond is not what its directory lists`, {
    path,
    hint: "Nothing was copied. 'pond check' of the other pond finds what is damaged.",
  });
}
