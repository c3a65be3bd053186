/** Random edits on both sides of a mirror, against a plain three-way model. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type MirrorSettings } from '../../server/src/mirror/compare.ts';
import { forgetState } from '../../server/src/mirror/state.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesOf, pondFilesOf, put, runRound, settingsFor, trashOf } from '../support/mirror.ts';
import { initPondOn } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const paths = ['a', 'b', 'c', 'd/x', 'd/y', 'e/f/z'];
const steps = 25;

type Files = Map<string, string>;

/** What both sides should have: texts by path. */
class Model {
  readonly pond: Files = new Map();
  readonly folder: Files = new Map();
  readonly base: Files = new Map();
  /** Paths whose folder's text is staged as a conflict. */
  readonly conflicts = new Set<string>();
  readonly #winner: MirrorSettings['conflicts'];

  constructor(winner: MirrorSettings['conflicts']) {
    this.#winner = winner;
  }

  round(): void {
    for (const path of paths) {
      const [pond, folder, base] = [this.pond.get(path), this.folder.get(path), this.base.get(path)];
      if (this.conflicts.has(path)) continue;
      if (pond === folder || pond === base) this.#both(path, folder);
      else if (folder === base) this.#both(path, pond);
      else if (this.#winner !== 'ask') this.#both(path, this.#winner === 'pond' ? pond : folder);
      else if (pond === undefined || folder === undefined) this.#both(path, pond ?? folder);
      else this.conflicts.add(path);
    }
  }

  resolve(path: string, side: 'pond' | 'folder'): void {
    this.conflicts.delete(path);
    this.#both(path, side === 'pond' ? this.pond.get(path) : this.folder.get(path));
  }

  #both(path: string, text: string | undefined): void {
    for (const side of [this.pond, this.folder, this.base]) {
      if (text === undefined) side.delete(path);
      else side.set(path, text);
    }
  }
}

/** A mirror with its model, and a source of edits. */
class Play {
  readonly model: Model;
  readonly #random: (count: number) => number;
  readonly #pond: OpenPond;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #settings: MirrorSettings;
  readonly #committed = new Set<string>();
  #texts = 0;

  constructor(pond: OpenPond, disk: Disk, settings: MirrorSettings, random: (count: number) => number) {
    this.model = new Model(settings.conflicts);
    this.#pond = pond;
    this.#disk = disk;
    this.#folder = settings.folder;
    this.#settings = settings;
    this.#random = random;
  }

  async editPond(): Promise<void> {
    const transaction = await this.#pond.begin();
    const root = await transaction.fs.root();
    for (let i = this.#random(3); i > 0; i -= 1) {
      const path = this.#free();
      const at = `/m/${path}`;
      const has = this.model.pond.has(path);
      if (has && this.#random(3) === 0) {
        await root.remove(at);
        this.model.pond.delete(path);
      } else {
        const text = this.#text();
        await root.createDirectory(dirname(at), { parents: true });
        await root.writeFile(at, Buffer.from(text));
        this.model.pond.set(path, text);
      }
    }
    await transaction.commit({ message: 'edit', author: 'test' });
    await this.#remember();
  }

  editFolder(): void {
    for (let i = this.#random(3); i > 0; i -= 1) {
      const path = this.#free();
      const file = join(this.#folder, path);
      const [text, action] = [this.model.folder.get(path), this.#random(4)];
      if (text !== undefined && action === 0) {
        rmSync(file);
        this.model.folder.delete(path);
      } else if (text !== undefined && action === 1) {
        const other = this.#free();
        const to = join(this.#folder, other);
        mkdirSync(dirname(to), { recursive: true });
        renameSync(file, to);
        this.model.folder.delete(path);
        this.model.folder.set(other, text);
      } else {
        const written = this.#text();
        put(this.#folder, path, written);
        this.model.folder.set(path, written);
      }
    }
  }

  /** Runs a round; whatever the folder had before is somewhere afterwards. */
  async round(): Promise<void> {
    const before = textsOf(filesOf(this.#folder));
    await runRound(this.#pond, this.#disk, this.#settings);
    await this.#remember();
    const staged = textsOf(await pondFilesOf(this.#pond, { isStaged: true }));
    const kept = new Set([...textsOf(filesOf(this.#folder)), ...trashOf(this.#folder), ...this.#committed, ...staged]);
    assert.deepEqual(
      before.filter((text) => !kept.has(text)),
      [],
    );
  }

  async check(): Promise<void> {
    assert.deepEqual(withoutDirectories(filesOf(this.#folder)), sorted(this.model.folder));
    assert.deepEqual(withoutDirectories(await pondFilesOf(this.#pond)), sorted(this.model.pond));
    const { conflicts } = await this.#pond.status();
    assert.deepEqual(
      conflicts.map(({ path }) => path.slice(3)),
      [...this.model.conflicts].sort(),
    );
  }

  async resolveAll(): Promise<void> {
    for (const path of [...this.model.conflicts]) {
      const side = this.#random(2) === 0 ? 'pond' : 'folder';
      if (side === 'pond') await this.#pond.discard([`/m/${path}`]);
      else await this.#pond.keepStaged([`/m/${path}`]);
      this.model.resolve(path, side);
    }
    const { staged } = await this.#pond.status();
    if (staged.length > 0) await this.#pond.commit({ message: 'keep', author: 'test' });
  }

  /** Without its state the mirror knows no common state. A conflict that waits would be found again, and is kept. */
  loseState(): void {
    if (this.model.conflicts.size > 0 || !forgetState(this.#disk, this.#settings.id)) return;
    this.model.base.clear();
  }

  /** After two rounds without edits both sides are the same, directories too. */
  async finish(): Promise<void> {
    await this.resolveAll();
    for (let i = 0; i < 2; i += 1) await this.round();
    assert.deepEqual(filesOf(this.#folder), await pondFilesOf(this.#pond));
  }

  /** A path that is not in conflict. */
  #free(): string {
    const free = paths.filter((path) => !this.model.conflicts.has(path));
    return free[this.#random(free.length)] ?? 'g';
  }

  #text(): string {
    this.#texts += 1;
    return `text ${this.#texts}${'.'.repeat(this.#random(4))}`;
  }

  async #remember(): Promise<void> {
    for (const text of textsOf(await pondFilesOf(this.#pond))) this.#committed.add(text);
  }
}

const textsOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(files).flatMap(([path, text]) => (path.endsWith('/') ? [] : [text]));

const withoutDirectories = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !path.endsWith('/')));

const sorted = (files: Files): Readonly<Record<string, string>> =>
  Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));

async function play(t: TestContext, seed: number, conflicts: MirrorSettings['conflicts']): Promise<void> {
  const random = randomOf(seed);
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, '/pond');
  const settings = settingsFor(temporaryFolder(t), { conflicts });
  const played = new Play(pond, disk, settings, random);
  for (let step = 0; step < steps; step += 1) {
    if (random(4) > 0) await played.editPond();
    if (random(4) > 0) played.editFolder();
    if (random(8) === 0) played.loseState();
    await played.round();
    played.model.round();
    await played.check();
    if (random(3) === 0) {
      await played.resolveAll();
      await played.round();
      await played.check();
    }
  }
  await played.finish();
  await pond.close();
}

for (const conflicts of ['ask', 'pond', 'folder'] as const) {
  test(`random edits on both sides end as in the model, with conflicts: ${conflicts}`, async (t) => {
    for (const seed of seeds(2)) {
      try {
        await play(t, seed, conflicts);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  });
}
