import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { checkReadable, checkWritable, serializeCommit, type Protocol } from '../../server/src/delta/actions.ts';
import { decodePath, isInsideTable } from '../../server/src/delta/dataPath.ts';
import { numRecords } from '../../server/src/delta/files.ts';
import { parseCommit } from '../../server/src/delta/parse.ts';
import { addOf, addWithoutStats } from '../support/deltaTable.ts';

const add = addOf('a.parquet');

function parse(...lines: readonly (object | string)[]): ReturnType<typeof parseCommit> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  return parseCommit(new TextEncoder().encode(text), commitNumber(3), 'log/3.json');
}

function refused(code: ErrorCode, pattern: RegExp, run: () => unknown): void {
  assert.throws(run, (error) => isPondError(error, code) && pattern.test(error.message));
}

describe('parseCommit', () => {
  it('returns what serializeCommit wrote', () => {
    const actions = {
      commitInfo: { txnId: 'x', pond: { nested: [1, null] } },
      protocol: { minReaderVersion: 1, minWriterVersion: 2 },
      metaData: {
        id: 'id',
        format: { provider: 'parquet', options: {} },
        schemaString: '{}',
        partitionColumns: [],
        configuration: { 'delta.appendOnly': 'true' },
        createdTime: 5,
      },
      txns: [{ appId: 'app', version: 7, lastUpdated: 9 }],
      removes: [{ path: 'b.parquet', dataChange: false, deletionTimestamp: 8, size: 3 }],
      adds: [{ ...add, tags: { a: 'ä "quoted"\n', b: null } }],
    };
    const bytes = serializeCommit(actions);
    assert.deepEqual(parseCommit(bytes, commitNumber(4), 'f'), { version: 4, ...actions });
    assert.equal(bytes.at(-1), '\n'.charCodeAt(0));
  });

  it('ignores unknown actions, unknown fields, nulls, blank lines and a missing last newline', () => {
    const commit = parse('', { cdc: { path: 'x' } }, { unheardOf: 5 }, '  ', {
      add: { ...add, tags: null, extra: {} },
    });
    assert.deepEqual(commit, { version: 3, txns: [], removes: [], adds: [add] });
  });

  it('treats statistics of another shape as missing', () => {
    assert.equal(parse({ add: { ...add, stats: { numRecords: 4 } } }).adds[0]?.stats, undefined);
  });

  const wrong: readonly (readonly [string, RegExp, ...(object | string)[]])[] = [
    ['an empty file', /3\.json is empty/],
    ['a file of blank lines', /3\.json is empty/, '', ' '],
    ['a torn line', /3\.json:2: the line is not JSON/, { add }, '{"add":{"pa'],
    ['NULs', /3\.json:1: the line is not JSON/, '\0\0\0\0'],
    ['a line that is not an object', /3\.json:1: the line is \[1\]; expected an object/, '[1]'],
    ['an action that is not an object', /3\.json:1: add is "x"; expected an object/, { add: 'x' }],
    ['an add without a size', /add\.size is missing; expected an integer/, { add: { ...add, size: undefined } }],
    ['an add of negative size', /add\.size is -1; expected an integer from 0/, { add: { ...add, size: -1 } }],
    ['an add with a time in words', /modificationTime is "now"/, { add: { ...add, modificationTime: 'now' } }],
    ['an integer that does not fit', /add\.size is 1e\+300/, { add: { ...add, size: 1e300 } }],
    ['a partition value that is not text', /expected a map of texts/, { add: { ...add, partitionValues: { a: 5 } } }],
    ['a path that does not decode', /expected a percent-encoded path/, { add: addOf('a%zz') }],
    ['a remove without a path', /3\.json:1: remove\.path is missing/, { remove: { dataChange: true } }],
    [
      'metadata without a schema',
      /metaData\.schemaString is missing/,
      { metaData: { id: 'i', format: { provider: 'p' } } },
    ],
    ['a protocol without versions', /protocol\.minReaderVersion is missing/, { protocol: {} }],
    ['a second protocol', /3\.json:2: a second action for protocol/, ...twice({ protocol: protocolOf(1, 2) })],
    ['a file added twice', /3\.json:2: a second action for file a\.parquet/, ...twice({ add })],
    ['a file added and removed', /a second action for file/, { add }, { remove: { path: add.path, dataChange: true } }],
    ['two versions of one application', /for txn a/, ...twice({ txn: { appId: 'a', version: 1 } })],
  ];
  for (const [name, pattern, ...lines] of wrong) {
    it(`refuses ${name}, and names the file`, () => refused('pond-damaged', pattern, () => parse(...lines)));
  }

  it('refuses bytes that are not UTF-8', () => {
    refused('pond-damaged', /is not UTF-8/, () => parseCommit(Uint8Array.of(0xff, 0xfe), commitNumber(0), 'f'));
  });

  it('refuses a file with a deletion vector, whose deleted rows would reappear', () => {
    const vector = { add: { ...add, deletionVector: { storageType: 'u' } } };
    refused('pond-too-new', /deletion vectors/, () => parse(vector));
    const by = { commitInfo: { operation: 'MERGE', engineInfo: 'Apache-Spark/4.0.0' } };
    refused('pond-too-new', /MERGE by Apache-Spark\/4\.0\.0 deleted rows with one/, () => parse(by, vector));
  });
});

describe('the protocol', () => {
  const cases: readonly (readonly [Protocol, 'readable' | 'unreadable', 'writable' | 'unwritable'])[] = [
    [protocolOf(1, 2), 'readable', 'writable'],
    [protocolOf(1, 1), 'readable', 'writable'],
    [protocolOf(1, 4), 'readable', 'unwritable'],
    [{ ...protocolOf(1, 7), writerFeatures: ['appendOnly', 'invariants'] }, 'readable', 'writable'],
    [{ ...protocolOf(1, 7), writerFeatures: ['appendOnly', 'rowTracking'] }, 'readable', 'unwritable'],
    [{ ...protocolOf(3, 7), readerFeatures: [], writerFeatures: [] }, 'readable', 'writable'],
    [{ ...protocolOf(3, 7), readerFeatures: ['deletionVectors', 'timestampNtz'] }, 'readable', 'writable'],
    [{ ...protocolOf(3, 7), readerFeatures: ['deletionVectors', 'columnMapping'] }, 'unreadable', 'writable'],
    [{ ...protocolOf(3, 7), readerFeatures: ['v2Checkpoint'] }, 'readable', 'writable'],
    [protocolOf(2, 5), 'unreadable', 'unwritable'],
    [protocolOf(4, 8), 'unreadable', 'unwritable'],
  ];
  for (const [protocol, reading, writing] of cases) {
    it(`${JSON.stringify(protocol)} is ${reading} and ${writing}`, () => {
      expectCheck(reading === 'readable', () => checkReadable(protocol, 'f'));
      expectCheck(writing === 'writable', () => checkWritable(protocol));
    });
  }
});

describe('the paths of data files', () => {
  it('are decoded once', () => {
    assert.equal(decodePath('p=a%253Ab/%C3%A4%20x.parquet'), 'p=a%3Ab/ä x.parquet');
  });

  for (const path of ['/abs.parquet', 'file:/x', 's3://b/x', 'a/../../x', './x', 'a//b', 'a\\b', '']) {
    it(`'${path}' is not inside the table`, () => assert.equal(isInsideTable(path), false));
  }
  for (const path of ['a.parquet', 'p=1/a.parquet', 'a:b', 'ä x']) {
    it(`'${path}' is inside the table`, () => assert.equal(isInsideTable(path), true));
  }
});

describe('numRecords', () => {
  const cases: readonly (readonly [string | undefined, number | undefined])[] = [
    ['{"numRecords":4}', 4],
    ['{"stats_json":"{\\"numRecords\\":1}"}', undefined],
    ['{"numRecords":-1}', undefined],
    ['{"numRecords":"4"}', undefined],
    ['not json', undefined],
    ['null', undefined],
    [undefined, undefined],
  ];
  for (const [stats, expected] of cases) {
    it(`of ${stats} is ${expected}`, () => {
      const bare = addWithoutStats('a');
      assert.equal(numRecords(stats === undefined ? bare : { ...bare, stats }), expected);
    });
  }
});

function protocolOf(minReaderVersion: number, minWriterVersion: number): Protocol {
  return { minReaderVersion, minWriterVersion };
}

function twice(line: object): readonly object[] {
  return [line, line];
}

function expectCheck(passes: boolean, run: () => void): void {
  if (passes) run();
  else assert.throws(run, { code: 'pond-too-new', message: /^the Delta table needs/, hint: /DROP FEATURE/ });
}
