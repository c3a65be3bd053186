/**
 * Notes by which prunes and pushes of one copy exclude each other, wherever they run: a prune may run on another
 * computer. A push relies on what it finds at the store, and names it afterwards; a prune removes what is not named.
 *
 * - A prune lists candidates a day before it removes any. So a push sees each object that may be removed meanwhile.
 * - A push that needs a listed object first notes that it keeps it, and then looks for notes of removals.
 * - A prune notes what it is about to remove, and then looks for notes of what is kept.
 *
 * The one that looks second sees the note of the other: the prune keeps the object, or the push names nothing. A note
 * expires after a day, so that a process that was killed does not stop the others for longer.
 */
import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { fieldsOf, parseJson } from '../base/json.ts';
import { keysOf } from '../base/keys.ts';
import { bodyOf } from '../remote/content.ts';
import { type ListedObject, type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';

/** Time between the listing of a candidate and its removal; longest time of a removal. Milliseconds. */
export const waitMs = 24 * 60 * 60 * 1000;

const noteFolder = '_pond/prune/';

/** Meaning of a note: its keys may be removed a day later, are being removed, or are kept. */
type NoteKind = 'candidates' | 'removing' | 'keep';
/** Starts of the names of notes. */
const starts = { removing: `${noteFolder}removing-`, keep: `${noteFolder}keep-`, candidates: noteFolder };

/** An object with keys. */
interface Note extends Pick<ListedObject, 'key' | 'modifiedMs'> {
  readonly kind: NoteKind;
}

/** Writes a note. Returns its key, and its time by the store's clock. */
export async function writeNote(
  store: ObjectStore,
  kind: NoteKind,
  keys: readonly string[],
  nowMs: number,
  options: RequestOptions,
): Promise<Note> {
  const key = `${starts[kind]}${nowMs}-${randomUUID()}.json`;
  // With a condition, since a bucket may refuse every put without one.
  await store.putIfAbsent(key, bodyOf(Buffer.from(`${JSON.stringify({ format: 1, keys })}\n`)), options);
  return { kind, key, modifiedMs: (await store.stat(key, options))?.modifiedMs ?? nowMs };
}

/** Returns the notes at a store. */
export async function listNotes(store: ObjectStore, options: RequestOptions): Promise<readonly Note[]> {
  const notes: Note[] = [];
  for await (const { key, modifiedMs } of store.list(noteFolder, options)) {
    notes.push({ kind: keysOf(starts).find((kind) => key.startsWith(starts[kind]))!, key, modifiedMs });
  }
  return notes;
}

/** The keys in notes. Whatever else they say, only keys that no version names are removed. */
interface NotedKeys {
  /** True for a key that a note has. */
  readonly has: (key: string) => boolean;
  /** True for these, and for every key where a note cannot be read. */
  readonly mayHave: (key: string) => boolean;
}

/** Returns the keys in notes. Fails as the store. */
export async function keysIn(store: ObjectStore, notes: readonly Note[], options: RequestOptions): Promise<NotedKeys> {
  const keys = new Set<unknown>();
  let isAnyUnreadable = false;
  for (const { kind, key } of notes) {
    const bytes = await store.read(key, options);
    // A prune takes its notes away when it ends; what is kept stays for a day.
    if (bytes === undefined && kind !== 'keep') continue;
    const listed = bytes && fieldsOf(parseJson(bytes))['keys'];
    if (Array.isArray(listed)) listed.forEach((one) => keys.add(one));
    else isAnyUnreadable = true;
  }
  return { has: (key) => keys.has(key), mayHave: (key) => isAnyUnreadable || keys.has(key) };
}

/** Returns the notes of a kind that have not expired. */
export const inForce = (notes: readonly Note[], kind: NoteKind, storeMs: number): readonly Note[] =>
  notes.filter((note) => note.kind === kind && note.modifiedMs > storeMs - waitMs);

/**
 * Keeps prunes from removing objects that versions are about to name; costs one request unless a prune listed any. Fails
 * `remote-failed` when one of them is being removed.
 */
export async function keepFromPrunes(
  store: ObjectStore,
  wanted: Iterable<string>,
  nowMs: number,
  options: RequestOptions,
): Promise<void> {
  const notes = await listNotes(store, options);
  if (notes.length === 0) return;
  const noted = await keysIn(
    store,
    notes.filter(({ kind }) => kind !== 'keep'),
    options,
  );
  const keys = [...wanted].filter((key) => noted.mayHave(key));
  if (keys.length === 0) return;
  const { modifiedMs } = await writeNote(store, 'keep', keys, nowMs, options);
  const removals = inForce(await listNotes(store, options), 'removing', modifiedMs);
  const removed = await keysIn(store, removals, options);
  const lost = keys.find((key) => removed.mayHave(key));
  if (lost === undefined) return;
  const end = new Date(Math.max(...removals.map((note) => note.modifiedMs)) + waitMs).toISOString();
  throw new PondError('remote-failed', `a prune is removing ${lost} of ${store.address}, which is to be named again`, {
    path: lost,
    hint: `Run the backup again once the prune has ended. If it was killed, backups go on at ${end}: nothing is lost until then.`,
  });
}
