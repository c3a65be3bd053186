/**
 * Tags: names of commits. They are attributes of the root directory, which every commit writes: so the tags of a version
 * are found from its own row, the hash of the commit covers them, and every copy of the history has them. A tag is set by a
 * commit that changes nothing else.
 */
import { PondError } from '../base/error.ts';
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { locatingDirectory } from '../tinyfs/entries.ts';
import { rootId } from '../oplog/rows.ts';
import { type Tags, type TagChange } from './commitRecord.ts';

type Attributes = Readonly<Record<string, string>>;

/** Start of the attributes that are tags. */
const prefix = 'tag:';
const nameLengthMax = 100;
/** Every later commit writes the tags again, so they must stay few. */
const tagsMax = 500;

/** A letter first, so that no tag looks like a number or a time; and no two dots, which separate two versions. */
const namePattern = /^\p{L}[\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*$/u;

/** True for a text that a tag may have as its name. */
export function isTagName(text: string): boolean {
  return namePattern.test(text) && text.length <= nameLengthMax && text.toUpperCase() !== 'HEAD';
}

/** Fails `usage` for a text that cannot be the name of a tag. */
function requireTagName(name: string): void {
  if (isTagName(name)) return;
  throw new PondError('usage', `'${name}' cannot be the name of a tag`, {
    hint: `A name begins with a letter and has letters, digits, '-', '_' and single dots, at most ${nameLengthMax}; HEAD is taken.`,
  });
}

/** Returns the tags as of a commit. Fails `pond-damaged` for one that no writer produces. */
export async function tagsAt(opLog: OpLog, number: CommitNumber): Promise<Tags> {
  const shown = 'the root directory';
  const request = { partId: rootId, nodeId: rootId, txn: number, shown };
  const { attributes = {} } = await locatingDirectory('/', async () => metadataOf(await opLog.readRow(request)));
  const tags = Object.entries(attributes).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), commitOf(key, value, number)] as const] : [],
  );
  return new Map(tags.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function commitOf(key: string, value: string, number: CommitNumber): CommitNumber {
  const tagged = /^\d{1,15}$/.test(value) ? parseCommitNumber(Number(value)) : undefined;
  if (tagged !== undefined && tagged < number && isTagName(key.slice(prefix.length))) return tagged;
  // An attribute may be of any length.
  throw new PondError(
    'pond-damaged',
    `'${key.slice(0, nameLengthMax)}' in the root of commit ${number} is not a tag of an earlier commit`,
  );
}

/** Returns the attributes of the root with a change of the tags. Fails `usage`, `already-exists` and `version-not-found`. */
export function withTag(attributes: Attributes, tags: Tags, { name, commit, force }: TagChange): Attributes {
  requireTagName(name);
  const former = tags.get(name);
  const { [prefix + name]: _, ...others } = attributes;
  if (commit === undefined) {
    if (former !== undefined) return others;
    throw new PondError('version-not-found', `there is no tag '${name}'`, { hint: "'pond tag' lists the tags." });
  }
  if (former === commit) throw new PondError('already-exists', `'${name}' is a tag of commit ${commit} already`);
  if (former !== undefined && !force) {
    throw new PondError('already-exists', `'${name}' is a tag of commit ${former}, not of ${commit}`, {
      hint: `'pond tag --force ${name} ${commit}' moves it.`,
    });
  }
  if (former === undefined && tags.size >= tagsMax) {
    throw new PondError('usage', `the pond has ${tags.size} tags; it can have ${tagsMax}`, {
      hint: "'pond tag -d NAME' deletes one that is not needed.",
    });
  }
  return { ...others, [prefix + name]: String(commit) };
}
