import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { interleaved } from '../../bench/support/measure.ts';
import { printRatio } from '../../bench/support/report.ts';
import { newPond, temporaryFolder } from './support.ts';

const { fs } = vscode.workspace;
const KiB = 1024;
const MiB = 1024 * KiB;
const sizesBytes = [1 * KiB, 64 * KiB, 1 * MiB, 16 * MiB];
const entries = 200;
/** A read of 16 MiB takes as long as a hundred of the others. */
const roundsOf = { usual: 5, large: 2 };

/**
 * Compares reads and listings through `pond:` with the same through `file:`, in one extension host. Prints ratios,
 * asserts none.
 */
export function speedTests(): void {
  test('reads and listings give the same through pond: and file:, and their times are printed', async (t) => {
    const pond = await newPond(t);
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'many'));
    const files = Array.from({ length: entries }, (_, index) => [`many/${index}`, Buffer.from(String(index))] as const);
    const reads = sizesBytes.map((size) => [`read-${size}`, Buffer.alloc(size, size % 251)] as const);
    for (const [name, content] of [...files, ...reads]) {
      await writeFile(join(folder, name), content);
      await fs.writeFile(pond.uri(`/${name}`), content);
    }
    await pond.commit('what is read');
    const both = (name: string): readonly [vscode.Uri, vscode.Uri] => [
      pond.uri(`/${name}`),
      vscode.Uri.file(join(folder, name)),
    ];

    for (const [name, content] of reads) {
      const [ours, theirs] = both(name);
      for (const uri of [ours, theirs]) assert.equal(Buffer.compare(await fs.readFile(uri), content), 0);
      const count = content.length > MiB ? roundsOf.large : roundsOf.usual;
      await compare(
        `read ${content.length / KiB} KiB`,
        count,
        () => fs.readFile(ours),
        () => fs.readFile(theirs),
      );
    }
    const [ours, theirs] = both('many');
    const names = async (uri: vscode.Uri): Promise<string[]> =>
      (await fs.readDirectory(uri)).map(([name]) => name).sort();
    assert.deepEqual(await names(ours), await names(theirs));
    await compare(
      `list ${entries} entries`,
      roundsOf.usual,
      () => fs.readDirectory(ours),
      () => fs.readDirectory(theirs),
    );
  });
}

type Work = () => PromiseLike<unknown>;

async function compare(what: string, rounds: number, ours: Work, theirs: Work): Promise<void> {
  const contenders = { pond: async () => void (await ours()), file: async () => void (await theirs()) };
  const { pond, file } = await interleaved(contenders, { rounds, warmUp: Math.ceil(rounds / 5) });
  // The marker lets the line out of the extension host, like those of the tests.
  printRatio({
    what: `[suite] ${what} through pond`,
    ours: pond,
    peer: 'the same through file',
    theirs: file,
    most: 1.5,
  });
}
