/** JSON files that are written again: the query process is asked for many files at once, and never twice. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { type KeyedFile } from '../../server/src/sandbox/sources.ts';
import { readableJson } from '../../server/src/sql/readableJson.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { newUserCache } from '../support/userCache.ts';

type Scope = Parameters<typeof readableJson>[0];

/** A process that counts its requests, and says which files must be written again. */
function counted(encodingOf: (file: KeyedFile) => string | null): { worker: Scope['worker']; requests: string[] } {
  const requests: string[] = [];
  const request = (name: string, params: unknown): Promise<unknown> => {
    requests.push(name);
    if (name === 'jsonEncodings') {
      return Promise.resolve((params as { files: readonly KeyedFile[] }).files.map(encodingOf));
    }
    const { file, encoding, target } = params as { file: KeyedFile; encoding: string; target: string };
    writeFileSync(target, `${file.key} ${encoding}`);
    return Promise.resolve(null);
  };
  return { worker: { request } as Scope['worker'], requests };
}

test('of 2,500 small files, three requests find those to write again, which are written once', async (t) => {
  newUserCache(t);
  const reading = readingOf('file', 'a.ndjson.gz')!;
  const files = Array.from({ length: 2500 }, (_, index): KeyedFile => {
    const path = `/many/${index}.ndjson.gz`;
    return { key: `many ${index}`, hostPath: path, pondPath: path, sizeBytes: 10, reading };
  });
  const isOdd = ({ key }: KeyedFile): boolean => key === 'many 7' || key === 'many 2400';
  const { worker, requests } = counted((file) => (isOdd(file) ? 'utf-16le' : null));
  const pond = { id: 'a', directory: '/a' };
  const csv = { ...files[0]!, key: 'csv', reading: readingOf('file', 'a.csv')! };
  for (const wanted of [5, 0, 0]) {
    const found = await readableJson({ worker, pond, openDisk: openHostDisk, signal: undefined }, [...files, csv]);
    assert.equal(found.length, 2501);
    const changed = found.flatMap((file, index) => (file === [...files, csv][index] ? [] : [file]));
    assert.deepEqual(
      changed.map(({ hostPath, pondPath, reading: { compression } }) => [
        readFileSync(hostPath, 'utf8'),
        pondPath,
        compression,
      ]),
      [
        ['many 7 utf-16le', '/many/7.ndjson.gz', undefined],
        ['many 2400 utf-16le', '/many/2400.ndjson.gz', undefined],
      ],
    );
    assert.equal(requests.length, wanted, requests.join());
    requests.length = 0;
  }
});
