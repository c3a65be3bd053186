import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { initPond, openPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { chdbQueries, needsChdb } from '../support/chdb.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { collect } from '../support/tree.ts';
import { numbersAfter, startWriter, type WriterProcess } from '../support/writerProcess.ts';

const rounds = 10;

describe('a killed process', () => {
  for (const seed of seeds(1)) {
    it(`keeps everything that was acknowledged, whenever it is killed: seed ${seed}`, async (test) => {
      const temporary = makeTemporaryDirectory('duckpond-kill');
      const directory = join(temporary.path, 'my.pond');
      const random = randomOf(seed);
      try {
        await (await initPond(directory)).close();
        // The next process starts up while one is working: that takes most of the time here.
        let next = start(directory, 0, random(40));
        for (let round = 0; round < rounds; round++) {
          const victim = next;
          if (round + 1 < rounds) next = start(directory, round + 1, random(40));
          await killOnce(directory, victim);
        }
        await test.test('leaves the same commits for another engine', needsChdb, () => checkByChdb(directory));
      } finally {
        temporary.remove();
      }
    });
  }
});

interface Victim {
  readonly name: string;
  readonly writer: WriterProcess;
}

/** A writer that is killed after a number of output lines, in the middle of the next operation. */
function start(directory: string, round: number, afterLines: number): Victim {
  const name = `w${round}`;
  const onLine = (): void => void (writer.lines.length > afterLines && writer.child.kill('SIGKILL'));
  const writer: WriterProcess = startWriter(directory, { name, count: 1000, onLine });
  return { name, writer };
}

async function killOnce(directory: string, { name, writer }: Victim): Promise<void> {
  await writer.go();
  await writer.ended;
  assert.equal(writer.child.signalCode, 'SIGKILL');
  const staged = numbersAfter(writer.lines, 'staged');
  const committed = numbersAfter(writer.lines, 'committed');
  // The lock of the dead process is taken over.
  const pond = await openPond(directory, { mode: 'write' });
  await checkFiles(pond, name, staged);
  const messages = (await collect(pond.log()))
    .map(({ message }) => message)
    .filter((text) => text.startsWith(`${name} `));
  const expected = committed.map((i) => `${name} ${i}`).reverse();
  // One more may have been made before the process could report it.
  assert.deepEqual(messages.slice(messages.length - expected.length), expected);
  assert.ok(messages.length <= expected.length + 1, messages.join());
  assert.deepEqual(await pond.check(), []);
  await pond.close();
}

/** Every acknowledged file exists once and complete; at most one more does. */
async function checkFiles(pond: Pond, name: string, staged: readonly number[]): Promise<void> {
  const root = await pond.fs.root();
  for (const i of staged) {
    const text = Buffer.from(await root.readFile(`/${name}-${i}`)).toString();
    assert.equal(text, `${name} ${i} `.repeat(i % 3 === 2 ? 10_000 : 1));
  }
  const files = (await root.list()).filter(({ basename }) => basename.startsWith(`${name}-`));
  assert.ok(files.length - staged.length <= 1, `${files.length} files, ${staged.length} were acknowledged`);
}

/** Another engine sees the same commits. */
async function checkByChdb(directory: string): Promise<void> {
  const pond = await openPond(directory, { mode: 'read' });
  const ours = (await collect(pond.log())).reverse().map(({ number, rootHash }) => [number, rootHash]);
  await pond.close();
  const [rows] = await chdbQueries(directory, [
    `SELECT txn, sha256 FROM {table} WHERE file_type = 'commit' ORDER BY txn`,
  ]);
  assert.deepEqual(
    rows!.map((row) => [Number(row['txn']), row['sha256']]),
    ours,
  );
}
