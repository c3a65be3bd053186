import { type CommitNumber } from './commitNumber.ts';
import { PondError } from '../base/error.ts';
import {
  type Add,
  operationOf,
  type DeltaCommit,
  type DeltaCommitInfo,
  type MetaData,
  type Protocol,
  type Remove,
  type Txn,
} from './actions.ts';
import { asObject, damaged, Fields, type Json, type LogPosition, parseObject } from './fields.ts';

/** One action of a log file, read and checked. */
type Action =
  | { readonly commitInfo: DeltaCommitInfo }
  | { readonly protocol: Protocol }
  | { readonly metaData: MetaData }
  | { readonly txn: Txn }
  | { readonly remove: Remove }
  | { readonly add: Add };

/**
 * Returns the content of a commit file. Unknown actions and fields are ignored, as the protocol requires. Fails with
 * `pond-damaged`, naming file and line, when the file is empty, a line is not JSON, a field is missing or of the wrong
 * type, or an action is repeated; with `pond-too-new` when an action is not supported.
 */
export function parseCommit(bytes: Uint8Array, version: CommitNumber, file: string): DeltaCommit {
  const seen = new Set<string>();
  const txns: Txn[] = [];
  const removes: Remove[] = [];
  const adds: Add[] = [];
  let single: Pick<DeltaCommit, 'commitInfo' | 'protocol' | 'metaData'> = {};
  let actions = 0;
  for (const [index, line] of decodeText(bytes, file).split('\n').entries()) {
    if (line.trim() === '') continue;
    const place = { file, line: index + 1 };
    actions++;
    const action = parseAction(parseObject(line, 'the line', place), place, single.commitInfo);
    if (action === undefined) continue;
    const key = keyOf(action);
    if (seen.has(key)) throw damaged(place, `a second action for ${key}`);
    seen.add(key);
    if ('add' in action) adds.push(action.add);
    else if ('remove' in action) removes.push(action.remove);
    else if ('txn' in action) txns.push(action.txn);
    else single = { ...single, ...action };
  }
  // Other engines read an empty file as a commit that changed nothing: a commit that lost its bytes would go unnoticed.
  if (actions === 0)
    throw new PondError('pond-damaged', `${file} is empty; expected at least one action`, { path: file });
  return { version, ...single, txns, removes, adds };
}

/**
 * Returns the action of one line of a commit or one row of a checkpoint; undefined for actions that are unknown or to
 * be ignored. `by` is the information of the commit, which errors name. Fails like parseCommit.
 */
export function parseAction(row: Json, place: LogPosition, by?: DeltaCommitInfo): Action | undefined {
  const one = <T>(name: string, read: (fields: Fields) => T): T | undefined => {
    const value = row[name];
    if (value === undefined || value === null) return undefined;
    return read(new Fields(asObject(value, name, place), name, place));
  };
  const add = one('add', (fields) => parseAdd(fields, by));
  if (add) return { add };
  const remove = one('remove', parseRemove);
  if (remove) return { remove };
  const txn = one('txn', parseTxn);
  if (txn) return { txn };
  const metaData = one('metaData', parseMetaData);
  if (metaData) return { metaData };
  const protocol = one('protocol', parseProtocol);
  if (protocol) return { protocol };
  const commitInfo = one('commitInfo', (fields) => fields.object);
  return commitInfo && { commitInfo };
}

function parseAdd(fields: Fields, by: DeltaCommitInfo | undefined): Add {
  // Ignoring the vector would restore deleted rows; the protocol allows vectors only with a reader feature.
  if (fields.has('deletionVector')) throw hasDeletionVector(fields, by);
  return {
    path: fields.path(),
    partitionValues: fields.nullableTexts('partitionValues'),
    size: fields.count('size'),
    modificationTime: fields.integer('modificationTime'),
    dataChange: fields.flag('dataChange'),
    ...fields.optional('stats', (value) => (typeof value === 'string' ? value : undefined)),
    ...fields.optional('tags', () => fields.nullableTexts('tags')),
  };
}

function hasDeletionVector({ place }: Fields, by: DeltaCommitInfo | undefined): PondError {
  const what = by === undefined ? 'another engine' : operationOf(by);
  return damaged(place, `deletion vectors are not read; ${what} deleted rows with one`).with({
    code: 'pond-too-new',
    hint: "In that engine, restore the version of the table before it, or run 'REORG TABLE … APPLY (PURGE)' if the rows are to be deleted. Set the table property delta.enableDeletionVectors to false.",
  });
}

function parseRemove(fields: Fields): Remove {
  return {
    path: fields.path(),
    dataChange: fields.flag('dataChange'),
    ...fields.optional('deletionTimestamp', () => fields.integer('deletionTimestamp')),
    ...fields.optional('partitionValues', () => fields.nullableTexts('partitionValues')),
    ...fields.optional('size', () => fields.count('size')),
  };
}

function parseTxn(fields: Fields): Txn {
  return {
    appId: fields.text('appId'),
    version: fields.integer('version'),
    ...fields.optional('lastUpdated', () => fields.integer('lastUpdated')),
  };
}

function parseMetaData(fields: Fields): MetaData {
  const format = new Fields(
    asObject(fields.value('format'), 'metaData.format', fields.place),
    'metaData.format',
    fields.place,
  );
  return {
    id: fields.text('id'),
    ...fields.optional('name', () => fields.text('name')),
    ...fields.optional('description', () => fields.text('description')),
    format: { provider: format.text('provider'), options: format.has('options') ? format.texts('options') : {} },
    schemaString: fields.text('schemaString'),
    partitionColumns: fields.textList('partitionColumns'),
    configuration: fields.has('configuration') ? fields.texts('configuration') : {},
    ...fields.optional('createdTime', () => fields.integer('createdTime')),
  };
}

function parseProtocol(fields: Fields): Protocol {
  return {
    minReaderVersion: fields.count('minReaderVersion'),
    minWriterVersion: fields.count('minWriterVersion'),
    ...fields.optional('readerFeatures', () => fields.textList('readerFeatures')),
    ...fields.optional('writerFeatures', () => fields.textList('writerFeatures')),
  };
}

/** Key of an action, unique within a commit; an add and a remove of one path contradict each other. */
function keyOf(action: Action): string {
  if ('add' in action) return `file ${action.add.path}`;
  if ('remove' in action) return `file ${action.remove.path}`;
  if ('txn' in action) return `txn ${action.txn.appId}`;
  return Object.keys(action)[0] ?? '';
}

/** One for all files: each has a native part, which costs more than the decoding of an entry. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Returns the text of a log file. Fails `pond-damaged` when it is not UTF-8. */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new PondError('pond-damaged', `${file} is not UTF-8`, { path: file, cause });
  }
}
