import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type DirectoryEntry } from '../../server/src/oplog/directoryEntry.ts';
import {
  applyChanges,
  compareNames,
  listEntries,
  type LoadPage,
  lookupEntry,
  type Page,
  type PageAddress,
  pageEntriesMax,
} from '../../server/src/pond/pages.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const entry = (name: string, sha256 = 'a'): DirectoryEntry => ({
  name,
  childId: `id of ${name}`,
  type: 'file',
  version: 1,
  txn: commitNumber(1),
  partId: 'd',
  changedTxn: commitNumber(1),
  placedTxn: commitNumber(1),
  sizeBytes: 0,
  modifiedUs: 0,
  sha256,
  seriesHash: '',
  attributes: {},
});

/** A directory whose pages are stored here, with one commit for each call of `change`. */
class Directory {
  readonly #pages = new Map<string, Page>();
  #txn = 0;
  sha256 = '';
  readonly load: LoadPage = (address) => Promise.resolve(this.#pages.get(keyOf(address))!);

  get address(): PageAddress | undefined {
    return this.#txn === 0
      ? undefined
      : { directoryId: 'd', prefix: '', txn: commitNumber(this.#txn), sha256: this.sha256 };
  }

  /** Returns the number of pages written. */
  async change(changes: ReadonlyMap<string, DirectoryEntry | null>): Promise<number> {
    const written = await applyChanges(this.load, this.address, changes, {
      directoryId: 'd',
      txn: commitNumber(this.#txn + 1),
    });
    this.#txn += 1;
    for (const { prefix, page } of written)
      this.#pages.set(keyOf({ directoryId: 'd', prefix, txn: commitNumber(this.#txn) }), page);
    this.sha256 = written.at(-1)!.sha256;
    return written.length;
  }

  async put(...names: readonly string[]): Promise<number> {
    return this.change(new Map(names.map((name) => [name, entry(name)])));
  }

  async remove(...names: readonly string[]): Promise<number> {
    return this.change(new Map(names.map((name) => [name, null])));
  }

  /** The pages with their content, in order. */
  async shape(address = this.address!): Promise<unknown> {
    const page = await this.load(address);
    if (page.kind === 'leaf') return page.entries.map(({ name, sha256 }) => `${name} ${sha256}`);
    const below = page.pages.map(async ({ name, txn, sha256 }) => [
      name,
      await this.shape({ directoryId: 'd', prefix: address.prefix + name, txn, sha256 }),
    ]);
    return Promise.all(below);
  }
}

const keyOf = ({ prefix, txn }: Omit<PageAddress, 'sha256'>): string => `${prefix}@${txn}`;
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `name ${i}`);

describe('the pages of a directory', () => {
  for (const seed of seeds(3)) {
    it(`have a shape and a hash that follow from the entries alone: seed ${seed}`, async () => {
      const random = randomOf(seed);
      const wandering = new Directory();
      const present = new Map<string, DirectoryEntry>();
      for (let step = 0; step < 60; step++) {
        const changes = new Map<string, DirectoryEntry | null>();
        // Grows to several levels, then shrinks to one page.
        for (let i = random(step < 30 ? 120 : 40); i > 0; i--)
          changes.set(`name ${random(2500)}`, entry('', `${random(9)}`));
        for (const [name, changed] of changes) changes.set(name, { ...changed!, name });
        const removals = [...present.keys()].filter(() => random(100) < (step < 30 ? 3 : 25));
        for (const name of removals) changes.set(name, null);
        await wandering.change(changes);
        for (const [name, changed] of changes) {
          if (changed === null) present.delete(name);
          else present.set(name, changed);
        }
        const straight = new Directory();
        await straight.change(present);
        assert.equal(wandering.sha256, straight.sha256, `seed ${seed}, step ${step}`);
        assert.deepEqual(await wandering.shape(), await straight.shape(), `seed ${seed}, step ${step}`);
      }
      const listed = await listEntries(wandering.load, wandering.address!);
      assert.deepEqual(listed, [...present.values()].sort(compareNames));
      for (const name of names(2500)) {
        assert.deepEqual(await lookupEntry(wandering.load, wandering.address!, name), present.get(name));
      }
    });
  }

  it('split when there is one entry too many for a page, and merge when it is removed', async () => {
    const directory = new Directory();
    assert.equal(await directory.put(...names(pageEntriesMax)), 1);
    const before = [directory.sha256, await directory.shape()];
    assert.equal((await directory.load(directory.address!)).kind, 'leaf');
    assert.ok((await directory.put('one more')) > 2);
    assert.equal((await directory.load(directory.address!)).kind, 'fork');
    assert.equal(await directory.remove('one more'), 1);
    assert.deepEqual([directory.sha256, await directory.shape()], before);
  });

  it('are written on the path to a change, and no others', async () => {
    const directory = new Directory();
    const written = await directory.put(...names(10_000));
    assert.ok(written > 10_000 / pageEntriesMax);
    assert.ok((await directory.put('name 77')) <= 4);
    assert.ok((await directory.put('one more')) <= 4);
    assert.ok((await directory.remove('name 78')) <= 4);
    assert.equal((await listEntries(directory.load, directory.address!)).length, 10_000);
  });
});
