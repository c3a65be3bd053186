import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { footerBytesOf, footerTailBytes, type ParquetFooter, readFooter } from '../parquet/footer.ts';
import { type ByteRange, type NewNode, type Node } from '../tinyfs/backend.ts';
import { inlineBytesMax, type StoredContent } from './blobs.ts';
import { type NewContent } from './newNodes.ts';
import { type PondNode, requireCommitted, type RowRef, type StagedNode } from './node.ts';
import { readCommitted, readInline, type Store } from './store.ts';
import { factsIn } from './versionFacts.ts';

/** Holds small staged content until it is committed: the journal, or a transaction's spool. */
export interface Spool {
  /** Keeps bytes and returns their offset. They become durable with the change that refers to them. */
  keep(bytes: Uint8Array): number;
  read(offset: number, sizeBytes: number): Uint8Array;
}

/** Later states of a node that was staged when it was looked up. */
interface LaterStates {
  /** Returns the row in which it has since been committed. */
  committedRow(node: PondNode): RowRef | undefined;
  /** Returns the same node as staged now. */
  stagedNow(node: PondNode): PondNode | undefined;
}

/** Stored content that has the form of its type. */
export interface CheckedContent extends StoredContent {
  /** Undefined for anything but a series, and when it cannot be read. */
  readonly footer?: ParquetFooter | undefined;
}

/** Content of a tree's nodes, staged and committed alike; small staged content is in the spool. */
export class StagedContents {
  readonly #store: Store;
  readonly #spool: Spool;
  readonly #later: LaterStates;

  constructor(store: Store, spool: Spool, later: LaterStates) {
    this.#store = store;
    this.#spool = spool;
    this.#later = later;
  }

  /** Stores the content of a new file or symlink, and claims it until `release`. */
  async store(wanted: Exclude<NewNode, { type: 'directory' }>): Promise<StoredContent> {
    return await this.#store.blobs.store(wanted.type === 'symlink' ? Buffer.from(wanted.target) : wanted.content);
  }

  release(content: StoredContent): void {
    this.#store.blobs.release(content);
  }

  /**
   * Returns the content with the footer of a series. Fails `invalid-content` when that of a table or series is not
   * Parquet.
   */
  async check(type: NewNode['type'], content: StoredContent): Promise<CheckedContent> {
    if (type !== 'table' && type !== 'series') return content;
    const part = (start: number, end: number) => partOf(this.#store, content, start, end);
    await requireParquet(content, type, part);
    return type === 'series' ? { ...content, footer: await footerOf(content, part) } : content;
  }

  /** Returns stored content in the form that a staged version refers to; keeps small content in the spool. */
  stage(
    { sizeBytes, sha256, inline, isNew, footer }: CheckedContent,
    { attributes }: Pick<Node, 'attributes'>,
  ): NewContent {
    const facts = footer && factsIn(footer, attributes);
    if (inline === undefined) return { sizeBytes, sha256, facts, content: { in: 'blob', isNew } };
    return { sizeBytes, sha256, facts, content: { in: 'journal', offset: this.#spool.keep(inline), sizeBytes } };
  }

  async *read(node: PondNode, range?: ByteRange): AsyncIterable<Uint8Array> {
    if (node.state !== 'staged') yield* readCommitted(this.#store, requireCommitted(node), range);
    else if (node.sizeBytes > inlineBytesMax) yield* this.#store.blobs.read(node.sha256, node.sizeBytes, range);
    else {
      const bytes = await this.#loadStaged(node);
      yield range === undefined ? bytes : bytes.subarray(range.start, range.end);
    }
  }

  /** Returns small content as a whole, for a row. */
  async load(node: PondNode): Promise<Uint8Array> {
    if (node.state === 'staged') return await this.#loadStaged(node);
    return await readInline(this.#store, requireCommitted(node));
  }

  async text(node: PondNode): Promise<string> {
    return Buffer.from(await this.load(node)).toString('utf8');
  }

  async #loadStaged(node: StagedNode): Promise<Uint8Array> {
    const { content } = node;
    const row = this.#later.committedRow(node);
    if (row !== undefined) return await readInline(this.#store, { ...node, row });
    if (content.in === 'journal') return this.#fromSpool(node, content);
    if (content.in === 'row') return await readInline(this.#store, { ...node, ...content, id: content.nodeId });
    throw new PondError('pond-damaged', `${node.name} is in a blob, not in a row`);
  }

  #fromSpool(node: StagedNode, { offset, sizeBytes }: { offset: number; sizeBytes: number }): Uint8Array {
    const bytes = this.#spool.read(offset, sizeBytes);
    if (sha256Of(bytes) === node.sha256) return bytes;
    // Since the node was looked up, the journal was rewritten or, for a reader without the lock, continued.
    const now = this.#later.stagedNow(node);
    const content = now?.state === 'staged' && now.content.in === 'journal' ? now.content : undefined;
    const moved = content && this.#spool.read(content.offset, content.sizeBytes);
    if (moved !== undefined && sha256Of(moved) === node.sha256) return moved;
    throw new PondError('journal-damaged', `the staged content of ${node.name} is not what was written`, {
      hint: 'If another process just committed it, try again.',
    });
  }
}

const parquetMagic = 'PAR1';

type ReadPart = (start: number, end: number) => Promise<Uint8Array>;

async function partOf(store: Store, content: StoredContent, start: number, end: number): Promise<Uint8Array> {
  const { sizeBytes, sha256, inline } = content;
  if (inline !== undefined) return inline.subarray(start, end);
  const parts: Uint8Array[] = [];
  for await (const chunk of store.blobs.read(sha256, sizeBytes, { start, end })) parts.push(chunk);
  return Buffer.concat(parts);
}

async function requireParquet({ sizeBytes }: StoredContent, type: string, part: ReadPart): Promise<void> {
  const magicAt = async (start: number): Promise<string> =>
    Buffer.from(await part(start, start + parquetMagic.length)).toString('latin1');
  const isParquet =
    sizeBytes >= 12 &&
    (await magicAt(0)) === parquetMagic &&
    (await magicAt(sizeBytes - parquetMagic.length)) === parquetMagic;
  if (isParquet) return;
  throw new PondError('invalid-content', `a ${type} must be Parquet; these ${sizeBytes} bytes are not`, {
    hint: 'Store it as a plain file, or write it again: it may be cut short.',
  });
}

async function footerOf({ sizeBytes }: StoredContent, part: ReadPart): Promise<ParquetFooter | undefined> {
  const bytes = footerBytesOf(await part(sizeBytes - footerTailBytes, sizeBytes), sizeBytes);
  return bytes === undefined ? undefined : readFooter(await part(sizeBytes - bytes, sizeBytes));
}
