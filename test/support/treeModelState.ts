import { isDeepStrictEqual } from 'node:util';
import { type ErrorCode } from '../../server/src/base/error.ts';
import { type ContentType } from '../../server/src/tinyfs/change.ts';
import { type Attributes, type TreeOperation } from './treeOperations.ts';

interface ModelNode {
  readonly type: ContentType | 'directory' | 'symlink';
  /** For each version, oldest first: the text of a file, the target of a link, '' for a directory. */
  readonly texts: readonly string[];
  readonly attributes: Attributes;
}

type Found = { readonly key: string; readonly node: ModelNode | undefined; readonly last: boolean };

class Failure extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** The expected tree: nodes by absolute path, the root as '/'. Shares no code with the file system. */
export class TreeModel {
  readonly nodes = new Map<string, ModelNode>([['/', directory()]]);

  /** Carries out an operation. Returns undefined, or the code with which it should fail without any change. */
  apply(operation: TreeOperation): ErrorCode | undefined {
    const before = [...this.nodes];
    try {
      this.#run(operation);
      return undefined;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.nodes.clear();
      for (const [key, node] of before) this.nodes.set(key, node);
      return failure.code;
    }
  }

  /** Paths of all nodes but the root, each directory before its entries. */
  paths(): string[] {
    const sortable = (path: string) => Buffer.from(path.replaceAll('/', '\0'));
    return [...this.nodes.keys()].filter((path) => path !== '/').sort((a, b) => sortable(a).compare(sortable(b)));
  }

  #run(operation: TreeOperation): void {
    switch (operation.do) {
      case 'createFile':
        return this.#create(operation.path, { type: operation.type, texts: [operation.text], attributes: {} });
      case 'createSymlink':
        return this.#create(operation.path, { type: 'symlink', texts: [operation.target], attributes: {} });
      case 'createDirectory':
        return operation.parents ? this.#createAll(operation.path) : this.#create(operation.path, directory());
      case 'writeFile':
        return this.#write(operation.path, operation.text, operation.create, operation.overwrite);
      case 'setAttributes': {
        const { key, node } = this.#existing(operation.path, true);
        if (key === '/') throw new Failure('invalid-path');
        const isVersion = node.type !== 'series' && !isDeepStrictEqual(node.attributes, operation.attributes);
        const texts = isVersion ? [...node.texts, node.texts.at(-1) ?? ''] : node.texts;
        this.nodes.set(key, { ...node, attributes: operation.attributes, texts });
        return;
      }
      case 'remove': {
        const { key, node } = this.#existing(operation.path, false);
        if (key === '/') throw new Failure('invalid-path');
        if (node.type === 'directory' && !operation.recursive && this.#isFull(key))
          throw new Failure('directory-not-empty');
        this.#delete(key);
        return;
      }
      case 'rename':
        return this.#rename(operation.from, operation.to, operation.overwrite);
      case 'copy':
        return this.#copy(operation.from, operation.to, operation.overwrite, operation.recursive);
    }
  }

  #create(path: string, node: ModelNode): void {
    const found = this.#find(path, false);
    if (found.node !== undefined) throw new Failure('already-exists');
    if (!found.last) throw new Failure('not-found');
    this.nodes.set(found.key, node);
  }

  #createAll(path: string): void {
    for (let found = this.#find(path, true); ; found = this.#find(path, true)) {
      if (found.node?.type === 'directory') return;
      if (found.node !== undefined) throw new Failure('already-exists');
      this.nodes.set(found.key, directory());
    }
  }

  #write(path: string, text: string, create: boolean, overwrite: boolean): void {
    const { key, node, last } = this.#find(path, true);
    if (node === undefined && !(last && create)) throw new Failure('not-found');
    if (node?.type === 'directory') throw new Failure('is-a-directory');
    if (node !== undefined && !overwrite) throw new Failure('already-exists');
    const before = node ?? { type: 'file', texts: [], attributes: {} };
    // Unchanged content creates no version, except in a series, where its rows occur twice then.
    if (before.type === 'series' || before.texts.at(-1) !== text) {
      this.nodes.set(key, { ...before, texts: [...before.texts, text] });
    }
  }

  #rename(fromPath: string, toPath: string, overwrite: boolean): void {
    const from = this.#existing(fromPath, false);
    if (from.key === '/') throw new Failure('invalid-path');
    const to = this.#find(toPath, false);
    if (to.key === from.key) return;
    this.#makeRoom(from.key, from.node, to, overwrite);
    const moved = this.#below(from.key).map(
      (key) => [to.key + key.slice(from.key.length), this.nodes.get(key)] as const,
    );
    this.#delete(from.key);
    for (const [key, node] of moved) if (node !== undefined) this.nodes.set(key, node);
  }

  #copy(fromPath: string, toPath: string, overwrite: boolean, recursive: boolean): void {
    const from = this.#existing(fromPath, true);
    if (from.node.type === 'directory' && !recursive) throw new Failure('is-a-directory');
    const to = this.#find(toPath, false);
    if (to.key === from.key && overwrite) return;
    this.#makeRoom(from.key, from.node, to, overwrite);
    for (const key of this.#below(from.key)) {
      const node = this.nodes.get(key);
      if (node === undefined) continue;
      const texts = node.type === 'series' ? node.texts : node.texts.slice(-1);
      this.nodes.set(to.key + key.slice(from.key.length), { ...node, texts });
    }
  }

  #makeRoom(fromKey: string, from: ModelNode, to: Found, overwrite: boolean): void {
    if (to.node === undefined && !to.last) throw new Failure('not-found');
    if (to.node !== undefined && (!overwrite || to.key === '/')) throw new Failure('already-exists');
    if (from.type === 'directory' && `${directoryOf(to.key)}/`.startsWith(fromKey === '/' ? '/' : `${fromKey}/`)) {
      throw new Failure('invalid-path');
    }
    if (to.node === undefined) return;
    if (from.type === 'directory' && to.node.type !== 'directory') throw new Failure('not-a-directory');
    if (from.type !== 'directory' && to.node.type === 'directory') throw new Failure('is-a-directory');
    if (this.#isFull(to.key)) throw new Failure('directory-not-empty');
    this.#delete(to.key);
  }

  #existing(path: string, follow: boolean): { readonly key: string; readonly node: ModelNode } {
    const { key, node } = this.#find(path, follow);
    if (node === undefined) throw new Failure('not-found');
    return { key, node };
  }

  #find(path: string, follow: boolean, depth = 0): Found {
    const stack = ['/'];
    const steps = path.split('/').filter((step) => step !== '' && step !== '.');
    for (const [index, step] of steps.entries()) {
      const top = stack.at(-1) ?? '';
      const last = index === steps.length - 1;
      if (this.nodes.get(top)?.type !== 'directory') throw new Failure('not-a-directory');
      if (step === '..') {
        stack.pop();
        if (stack.length === 0) throw new Failure('path-escapes');
        continue;
      }
      const key = top === '/' ? `/${step}` : `${top}/${step}`;
      const node = this.nodes.get(key);
      if (node === undefined) return { key, node, last };
      stack.push(node.type === 'symlink' && (!last || follow) ? this.#follow(key, node.texts[0] ?? '', depth) : key);
    }
    const key = stack.at(-1) ?? '';
    return { key, node: this.nodes.get(key), last: true };
  }

  #follow(link: string, target: string, depth: number): string {
    if (depth === 10) throw new Failure('symlink-loop');
    const whole: string[] = [];
    for (const step of (target.startsWith('/') ? target : `${directoryOf(link)}/${target}`).split('/')) {
      if (step === '..' && whole.pop() === undefined) throw new Failure('path-escapes');
      if (step !== '' && step !== '.' && step !== '..') whole.push(step);
    }
    const found = this.#find(whole.join('/'), true, depth + 1);
    if (found.node === undefined) throw new Failure('not-found');
    return found.key;
  }

  #below(key: string): string[] {
    return [...this.nodes.keys()].filter((other) => other === key || other.startsWith(key === '/' ? '/' : `${key}/`));
  }

  #isFull(key: string): boolean {
    return this.#below(key).length > 1;
  }

  #delete(key: string): void {
    for (const below of this.#below(key)) this.nodes.delete(below);
  }
}

function directory(): ModelNode {
  return { type: 'directory', texts: [''], attributes: {} };
}

function directoryOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}
