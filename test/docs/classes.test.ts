/**
 * The rules by which whole classes of faults are closed, each with the tests that prove it by their titles: a test that is
 * removed or renamed fails here, and is replaced by one that proves the same.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';

/** Parts of the titles of tests, by their files below test/. */
type Proofs = Readonly<Record<string, readonly string[]>>;

/** What holds against strangers. */
const trust: Readonly<Record<string, Proofs>> = {
  'what is analyzed is what runs': {
    'sandbox/generated': ['generated SQL runs as it was analyzed', 'a NUL, which ends a text for DuckDB'],
    'cli/queriesReadOnly': [
      'the command refuses a text that would write',
      'the editor refuses a query that would write',
    ],
    'commands/hostileQueries': ['a saved query of a stranger gives a result or one error'],
  },
  'a query gets no path that it could write, no path of the computer, and allowed functions alone': {
    'pond/readOnlyFiles': ['data files and blobs are read-only files'],
    'sandbox/fileNames': ['no query says where its files are'],
    'sandbox/functions': [
      'each function of the bundled DuckDB is judged',
      'a function that is not allowed is refused in every syntax',
      'a table function or pragma that is not allowed is refused in every syntax',
      'no setting can be changed or read',
      'every statement that is not a query is refused',
    ],
  },
  'a database is locked before it sees anything, and SQL is made of names, literals and parsed types': {
    structure: ['only a parsed type is cast to', 'SQL is built by the tag'],
    sourceRules: ['a template that inserts values into SQL is found'],
    'duckdb/sqlType': ['every type name of DuckDB is a type', 'is not a type: '],
    'build/builder': ['a statement opens and writes its own files and no others', 'a text of several statements'],
    'build/statementPool': ['a request cannot open a file of another', 'a setting cannot be changed'],
  },
  'derived files are those of the user': {
    'cli/poisonedCache': [
      'types from a cache are validated',
      'a cache that comes with a pond has no effect',
      "derived files are always below the user's cache",
    ],
    'storage/userFolder': ['folders for caches and permissions are of their user alone'],
  },
  'a pond is folders and regular files of its own': {
    'cli/strangers': [
      'a pond that contains anything but directories and files is refused',
      'a link instead of a file that a query reads',
      'a hard link of a file elsewhere is not written through',
    ],
    'storage/hostDisk': ['nothing is done through ', 'a file that was replaced by a link is refused'],
    'pond/journal': ['is not changed under another name'],
  },
  'content is compared with its hash before it is used, and is the same afterwards': {
    'sql/alteredContents': ['a content that is altered gives no other rows'],
    'sql/swappedFiles': ['a file that was replaced once is damage', 'a file that is replaced at each attempt'],
    'storage/unchangedFiles': ['the answer is refused when a file '],
    'pond/blobs': ['a part of a blob that was altered elsewhere fails'],
  },
  'what is read from a disk is parsed into types': {
    'pond/forged': ['an entry that no pond writes', 'a directory inside itself is damage', 'a tag that no pond writes'],
    'pond/journalFields': ['that is damaged in any field is an error'],
    'commands/hostilePond': ['a forged pond is damage or a pond'],
    'migrate/hostile': ['a changed file of a source gives an error', 'directories in themselves'],
    'tinyfs/path': ['have at most 256 names'],
  },
  'addresses are those of the user': {
    'cli/strangers': ['is never looked up in the pond', 'is in a folder of the user'],
    'rpc/attachHostile': ['is not answered with a result'],
    'storage/userFolder': ['only its user can open the temporary folder', 'a link in its place is not followed'],
  },
  'a verb declares whether it needs trust': {
    structure: ['every verb is declared once, with all its fields'],
    'commands/server': ['a restricted workspace reads the pond'],
    'cli/strangers': ['is opened and read, but not repaired'],
    'editor/served': ['the served editor shows the pond and runs nothing until its user trusts it'],
  },
  'secrets go where a person allowed them, and are shown nowhere': {
    'resources/redact': ['every encoding of a secret is replaced', 'no part of a secret at the cut'],
    'cli/secrets': ['a secret is neither shown nor stored', 'a secret in the data of the service'],
    'resources/hostAccess': ['a document that came otherwise reads nothing', 'a secret is not sent before a person'],
    'client/accessStrings': ['an access cannot hide another'],
    'editor/replication': ['a pond is mirrored, backed up, verified, copied from and cloned'],
  },
  'what is computed while a person types is bounded': {
    'language/cost': ['diagnostics cost in proportion to the document', 'a document of more marks'],
    'build/nondeterministicCalls': ['a long text of '],
    'language/mutation': ['no change of a document makes the language service throw'],
    'resources/limits': ['texts that are expensive to parse are read in bounded time'],
  },
  'queries and builds have limits of memory, disk and results': {
    'sandbox/queryLimits': ['a query that needs more '],
    'sandbox/buildLimits': ['ends with an error that names the limit'],
    'templates/templateEngine': ['is stopped, and the next template renders'],
  },
};

/** What holds when disks, processes and other programs do harm. */
const durability: Readonly<Record<string, Proofs>> = {
  'damage to the journal is reported by every verb, and never taken for a crash': {
    'pond/journalDamage': ['one altered byte of the journal', 'is reported when it is opened', 'is not reported: '],
    'cli/notices': ['refuses a journal whose last change is altered', 'warns in every verb of what opening ignored'],
    'cli/warnings': ['a verb that opens a pond prints its warnings'],
    'editor/replication': ['a pond is mirrored, backed up, verified, copied from and cloned'],
  },
  'what leads to content is verified when it is read': {
    'pond/flipProof': ['is found, or nothing differs'],
    'pond/flips': ['of a data file is damage'],
    'pond/chain': ['has in each commit the hashes', 'is damage that names the commit'],
    'pond/checkHistory': ['a check of the whole history'],
  },
  'OPTIMIZE by another engine changes no answer': {
    'pond/foreignEngines': ['keeps every version and the history', 'is named in the status'],
  },
  'RESTORE and DELETE by another engine take nothing out of a pond': {
    'pond/foreignEngines': ['takes nothing out of the pond', 'whose files were deleted too', 'Random operations'],
  },
  'a process that lost its pond acknowledges nothing': {
    'pond/ownership': ['a process that lost its pond', 'do not overwrite each other', 'a lock with one altered byte'],
    'pond/lock': ['take it one after the other', 'exclude each other'],
  },
  'caches and files that DuckDB opens in place are not believed': {
    'sql/alteredContents': ['a content that is altered gives no other rows'],
    'pond/seriesVersions': ['a long series is complete in the process that wrote it and in others'],
    'pond/damage': ['without its cache has the same tree'],
  },
  'no byte makes a decoder run away': {
    'pond/flips': ['of a checkpoint changes nothing', 'of a checkpoint whose hash is not known'],
    'pond/chain': ['that was altered is damage before it is decoded'],
  },
  'damage is not a programming error': {
    'pond/damageTexts': ['the error of a damaged row has the path'],
    'delta/parse': ['parseCommit'],
    'pond/forged': ['a commit whose record no pond writes'],
  },
  'mixed histories are found': {
    'pond/chain': ['reports histories that were mixed'],
  },
  'leftovers are removed under the lock': {
    'pond/journal': ['are removed when the next one opens the pond'],
    'pond/unusedBlobs': ['are removed by the next writer'],
  },
  'a full disk can be freed': {
    'pond/fullDisk': ['works, in a process that is started then', 'fails, leaves nothing'],
  },
  'the lock of a computer that is gone is taken over': {
    'pond/lock': ['can be taken when its heartbeat is a minute old', 'is not taken because a clock jumped'],
  },
  'a wrong checkpoint costs time alone': {
    'pond/checkpoints': ['is passed over'],
    'pond/checkHistory': ['finds '],
  },
  'a Delta table in a pond is read as other engines read it': {
    'sql/deltaFolder': ['the rows are those of the live files', 'an independent reader has the same rows'],
  },
};

/** What holds for copies on stores, and in folders. */
const copies: Readonly<Record<string, Proofs>> = {
  'real stores, and every passing fault of one': {
    'replica/s3Push': ['is complete although every other answer is lost'],
    'remote/s3Faults': ['does not change the outcome of '],
    'remote/s3Altered': ['a body that is altered on its way'],
    'remote/s3Answers': ["a request that a clock makes invalid is signed once with the service's time"],
    'replica/pushStates': ['a store whose listings are late'],
    'replica/badInput': ['says what to do, and changes nothing'],
  },
  'work that is killed at any boundary leaves a whole version, and is completed without sending again': {
    'replica/pushStates': ['leaves a whole older copy, and the next sends nothing again'],
    'replica/pushReaders': ['another reader opens each half-sent copy'],
    'replica/cloneCrash': ['leaves no pond or an older one, and goes on', 'goes on where it was'],
    'replica/repairCopy': ['goes on after it was stopped at any call'],
    'replica/killedPrune': [
      'leaves each version whole, and the next one completes it',
      'leaves each version whole that a push names',
    ],
    'replica/kill': ['leaves what is whole, and the same command completes it'],
  },
  'of two writers one makes the history, and a prune takes nothing from it': {
    'replica/pushStates': ['make one history', 'is a whole version, and neither loses what a version names'],
    'replica/verify': ['names nothing that is being removed', 'keeps what it names from a prune'],
    'replica/killedPrune': ['leave each version whole in any order of their calls'],
  },
  'each altered byte of a copy is found': {
    'replica/verify': ['finds every altered byte'],
    'replica/cloneDamage': ['is found by a copy, or makes no difference'],
    'replica/updateClone': ['finds an altered byte of what is new'],
    'remote/sealedStore': ['when any byte is altered, or any number of bytes is missing'],
  },
  'a copy costs what is new': {
    'replica/push': ['costs what is new, at any age of the pond'],
    'replica/s3Push': ['makes a copy that is verified in full, and costs what is new'],
  },
  'keys that cannot remove are enough': {
    'remote/s3Policies': ['let the writer do all that a backup needs', 'let the writer back up a pond'],
    'replica/s3RequiredCondition': ['refuses nothing of a backup'],
  },
  'a pond that was lost goes on from its copy': {
    'pipeline/restore': ['a pond that was lost goes on from its backup'],
  },
  'a mirror loses nothing from both sides': {
    'mirror/model': ['random edits on both sides end as in the model'],
    'mirror/kill': ['a round killed at any call leaves what the next one completes'],
    'mirror/badInput': ['loses nothing: ', 'follows a name whose case alone changed'],
    'mirror/watch': ['pond mirror --watch carries changes of both sides'],
  },
};

/** The text of a test file. */
const sourceOf = (path: string): string => readFileSync(join(root, 'test', `${path}.test.ts`), 'utf8');

/** A title in the source of a test, as a literal. */
const titlePattern = /\b(?:it|test|describe)\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"([^"\n]*)"|`([^`]*)`)/g;

/** Parts of titles that no test of a file has. */
function missingIn(path: string, parts: readonly string[]): readonly string[] {
  const titles = [...sourceOf(path).matchAll(titlePattern)].map(([, plain, quoted, made]) => plain ?? quoted ?? made);
  return parts.filter((part) => !titles.some((title) => title?.includes(part))).map((part) => `${path}: ${part}`);
}

for (const [name, rules] of Object.entries({ trust, durability, copies })) {
  test(`each rule of ${name} names tests that exist`, () => {
    const missing = Object.values(rules).flatMap((proofs) =>
      Object.entries(proofs).flatMap(([path, titles]) => missingIn(path, titles)),
    );
    assert.deepEqual(missing, []);
    const unproved = Object.entries(rules).filter(([, proofs]) => Object.values(proofs).flat().length === 0);
    assert.deepEqual(unproved, []);
  });
}

test('a title that no test has is missing', () => {
  assert.deepEqual(missingIn('docs/classes', ['The rules by which']), ['docs/classes: The rules by which']);
});
