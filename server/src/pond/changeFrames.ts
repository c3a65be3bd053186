/**
 * The staged changes of a journal's frames as JSON, and back. The file may hold anything, so every field is parsed;
 * fields whose value is undefined are absent.
 */
import { isPondError } from '../base/error.ts';
import { Fields, type Json, type LogPosition } from '../delta/fields.ts';
import { fileTypes } from '../tinyfs/backend.ts';
import { type CommittedNode, type PondNode, rowRefIn, type StagedContent } from './node.ts';
import { type EntryChange } from './overlay.ts';
import { parseFacts } from './versionFacts.ts';

/** Changes that were staged together. A frame that only carries content has none. */
export interface StagedBatch {
  readonly changes: readonly EntryChange[];
  /** Microseconds since 1970 UTC. */
  readonly timeUs: number;
  /** Id of a commit that takes these changes alone, if it is in the log. */
  readonly part?: string | undefined;
}

/** Returns the JSON of changes. */
export function encodeChanges({ changes, timeUs, part }: StagedBatch): Json {
  return {
    ...(part !== undefined && { part }),
    changes: changes.map((change) => ({ ...change, node: plainNode(change.node), base: plainNode(change.base) })),
    timeUs,
  };
}

/** A node without its state, which follows from the fields that it has. */
function plainNode(node: PondNode | null): Json | null {
  if (node === null) return null;
  const { state: _, ...fields } = node;
  return fields;
}

/** Returns the changes in a frame. Fails `journal-damaged`, naming the field, for JSON that no writer produces. */
export function decodeChanges(json: Json, place: LogPosition): StagedBatch {
  const frame = new Fields(json, 'frame', place);
  try {
    if (!frame.has('changes')) return { changes: [], timeUs: 0 };
    const part = frame.has('part') ? frame.text('part') : undefined;
    return { changes: frame.objects('changes').map(changeIn), timeUs: frame.integer('timeUs'), part };
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    throw error.with({ code: 'journal-damaged' });
  }
}

function changeIn(change: Fields): EntryChange {
  const directory = change.objects('directory').map((step) => ({ id: step.text('id'), name: step.text('name') }));
  if (directory.length === 0) throw change.wrong('directory', 'the path from the root');
  const base = change.has('base') ? nodeIn(change.fields('base')) : null;
  if (base !== null && base.state !== 'committed') throw change.wrong('base', 'a committed node');
  return {
    directory,
    name: change.text('name'),
    node: change.has('node') ? nodeIn(change.fields('node')) : null,
    base,
  };
}

function nodeIn(node: Fields): PondNode {
  const type = node.oneOf('type', fileTypes);
  const fields = {
    ...identityIn(node),
    previous: node.has('previous') ? rowRefIn(node.fields('previous')) : undefined,
    ...(node.has('facts') && { facts: parseFacts(node.fields('facts')) }),
  };
  const placedTxn = node.has('placedTxn') ? node.commitNumber('placedTxn') : undefined;
  if (node.has('row')) {
    const changedTxn = node.has('changedTxn') ? node.commitNumber('changedTxn') : undefined;
    const committed: CommittedNode = {
      ...{ ...fields, state: 'committed', type, placedTxn, changedTxn },
      row: rowRefIn(node.fields('row')),
    };
    return committed;
  }
  if (type === 'directory') return { ...fields, state: 'new', type };
  return { ...fields, state: 'staged', type, placedTxn, content: contentIn(node.fields('content')) };
}

function identityIn(
  node: Fields,
): Omit<CommittedNode, 'state' | 'type' | 'row' | 'changedTxn' | 'placedTxn' | 'previous'> {
  return {
    id: node.text('id'),
    version: node.count('version'),
    // Of a directory, it may be a difference.
    sizeBytes: node.integer('sizeBytes'),
    modifiedUs: node.integer('modifiedUs'),
    sha256: node.hash('sha256'),
    attributes: node.texts('attributes'),
    name: node.text('name'),
    seriesHash: node.text('seriesHash') === '' ? '' : node.hash('seriesHash'),
  };
}

function contentIn(content: Fields): StagedContent {
  const kind = content.oneOf('in', ['journal', 'blob', 'row']);
  // Earlier versions do not say.
  if (kind === 'blob') return { in: kind, isNew: content.has('isNew') && content.flag('isNew') };
  if (kind === 'journal') return { in: kind, offset: content.count('offset'), sizeBytes: content.count('sizeBytes') };
  const { nodeId, version } = { nodeId: content.text('nodeId'), version: content.count('version') };
  return { in: kind, nodeId, row: rowRefIn(content.fields('row')), version };
}
