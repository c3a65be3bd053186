import { PondError } from '../base/error.ts';
import { type NewNode } from '../tinyfs/backend.ts';
import { inlineBytesMax, type StoredContent } from './blobs.ts';
import { chainHash, sha256 } from './hash.ts';
import { withRow } from './committedTree.ts';
import { type PondNode, type RowRef, type StagedContent } from './node.ts';
import { readCommitted, readInline, type Store } from './store.ts';

/** Holds small staged content until it is committed: the journal, or a transaction's spool. */
export interface Spool {
  /** Keeps bytes and returns their offset. They become durable with the change that refers to them. */
  keep(bytes: Uint8Array): number;
  read(offset: number, sizeBytes: number): Uint8Array;
}

/** Content of staged and committed nodes alike. */
export interface StagedContentStore {
  /** Stores the content of a new file or symlink. Fails `invalid-content` for a table or series that is not Parquet. */
  take(wanted: Exclude<NewNode, { type: 'directory' }>): Promise<StoredContent>;
  /** The node with that content. */
  attach(node: PondNode, content: StoredContent, existing: PondNode | undefined): PondNode;
  read(node: PondNode, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** Small content as a whole, for a row. */
  load(node: PondNode): Promise<Uint8Array>;
  text(node: PondNode): Promise<string>;
}

/** Later states of a node that was staged when it was looked up. */
export interface LaterSources {
  /** Row in which it has since been committed. */
  committedPlace(node: PondNode): RowRef | undefined;
  /** The same content as staged now. */
  stagedNow(node: PondNode): PondNode | undefined;
}

/** The content of a tree's nodes: small staged content is in `spool`. */
export function createStagedContent(store: Store, spool: Spool, sources: LaterSources): StagedContentStore {
  async function load(node: PondNode): Promise<Uint8Array> {
    const content = node.content;
    if (content === undefined) return await readInline(store, node.id, withRow(node).row, node.version);
    const place = sources.committedPlace(node);
    if (place !== undefined) return await readInline(store, node.id, place, node.version);
    if (content.in === 'journal') return fromSpool(node, content);
    if (content.in === 'row') return await readInline(store, content.nodeId, content.row, content.version);
    throw new PondError('pond-damaged', `${node.name} is in a blob, not in a row`);
  }

  function fromSpool(node: PondNode, content: StagedContent & { in: 'journal' }): Uint8Array {
    const bytes = spool.read(content.offset, content.sizeBytes);
    if (sha256(bytes) === node.sha256) return bytes;
    // Since the node was looked up, the journal was rewritten or, for a reader without the lock, continued.
    const now = sources.stagedNow(node)?.content;
    const moved = now?.in === 'journal' ? spool.read(now.offset, now.sizeBytes) : undefined;
    if (moved !== undefined && sha256(moved) === node.sha256) return moved;
    throw new PondError('journal-damaged', `the staged content of ${node.name} is not what was written`, {
      hint: 'if another process just committed it, try again',
    });
  }

  async function* read(node: PondNode, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    if (node.content === undefined) yield* readCommitted(store, withRow(node), range);
    else if (node.sizeBytes > inlineBytesMax) yield* store.blobs.read(node.sha256, node.sizeBytes, range);
    else {
      const bytes = await load(node);
      yield range === undefined ? bytes : bytes.subarray(range.start, range.end);
    }
  }

  return {
    async take(wanted) {
      const content = wanted.type === 'symlink' ? Buffer.from(wanted.target) : wanted.content;
      const stored = await store.blobs.store(content);
      if (wanted.type === 'table' || wanted.type === 'series') await checkParquet(store, stored, wanted.type);
      return stored;
    },
    attach(node, content, existing) {
      const staged =
        content.inline === undefined
          ? ({ in: 'blob' } as const)
          : ({ in: 'journal', offset: spool.keep(content.inline), sizeBytes: content.sizeBytes } as const);
      return {
        ...node,
        sizeBytes: content.sizeBytes,
        sha256: content.sha256,
        content: staged,
        seriesHash: node.type === 'series' ? chainHash(earlierHash(node, existing), content.sha256) : '',
      };
    },
    read,
    load,
    text: async (node) => Buffer.from(await load(node)).toString('utf8'),
  };
}

function earlierHash(node: PondNode, existing: PondNode | undefined): string {
  return existing !== undefined && existing.version < node.version ? existing.seriesHash : '';
}

const parquetMagic = 'PAR1';

async function checkParquet(store: Store, content: StoredContent, type: string): Promise<void> {
  const { sizeBytes, inline } = content;
  const part = async (start: number): Promise<string> => {
    const parts: Uint8Array[] = [];
    const range = { start, end: start + parquetMagic.length };
    if (inline !== undefined) parts.push(inline.subarray(range.start, range.end));
    else for await (const chunk of store.blobs.read(content.sha256, sizeBytes, range)) parts.push(chunk);
    return Buffer.concat(parts).toString('latin1');
  };
  const isParquet =
    sizeBytes >= 12 &&
    (await part(0)) === parquetMagic &&
    (await part(sizeBytes - parquetMagic.length)) === parquetMagic;
  if (isParquet) return;
  throw new PondError('invalid-content', `a ${type} must be Parquet; these ${sizeBytes} bytes are not`, {
    hint: 'store it as a plain file, or write it again: it may be cut short',
  });
}
