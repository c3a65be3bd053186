import { sha256Of } from '../../base/sha256.ts';
import { isPondError } from '../../base/error.ts';
import { versionFacts, wholeHashOf } from '../../pond/series.ts';
import { type Cache } from '../../storage/cache.ts';
import { type Node } from '../../tinyfs/backend.ts';

/** Cache of the hashes of batches for the next process. */
export type BatchCache = Pick<Cache, 'readText' | 'writeText'>;

/** Hashes of the batches in the versions up to one, after those of an earlier part. */
interface Part {
  /** The last version. */
  readonly version: number;
  /** Hash of the whole series up to it. */
  readonly whole: string;
  readonly hashes: readonly string[];
}

/** Increment when the text of a part changes. */
const textVersion = 1;

/**
 * Hashes of the batches in a series. They are kept in parts, each under the hash of the series up to its last version, so
 * that they are found without a look at the versions. A part is as long as the lowest bit of its last version at least: a
 * series has as many parts as its number of versions has bits, and one more version writes few hashes. Where a part is
 * missing or damaged, the versions are asked.
 */
export class KnownBatches {
  readonly #cache: BatchCache | undefined;
  /** Oldest first. */
  readonly #parts: Part[];
  readonly #hashes: Set<string>;
  /** Of batches that were added since `save`. */
  #added: string[] = [];

  private constructor(cache: BatchCache | undefined, parts: readonly Part[]) {
    this.#cache = cache;
    this.#parts = [...parts];
    this.#hashes = new Set(parts.flatMap(({ hashes }) => hashes));
  }

  /** Those of a series, whose versions are listed where they are needed; undefined for a new one. */
  static async of(
    node: Node | undefined,
    cache: BatchCache | undefined,
    versions: () => AsyncIterable<Node>,
  ): Promise<KnownBatches> {
    if (node === undefined) return new KnownBatches(cache, []);
    const whole = wholeHashOf(node);
    const kept = cache && whole !== undefined && keptParts(cache, whole, node.version);
    if (kept) return new KnownBatches(cache, kept);
    const hashes: string[] = [];
    for await (const version of versions()) {
      const { batch } = versionFacts(version);
      if (batch !== undefined) hashes.push(batch);
    }
    if (whole === undefined) return new KnownBatches(undefined, [{ version: node.version, whole: '', hashes }]);
    const part = { version: node.version, whole, hashes };
    if (cache !== undefined) keep(cache, part, undefined);
    return new KnownBatches(cache, [part]);
  }

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  /** Adds the batch of a version that will be written. */
  add(hash: string): void {
    this.#hashes.add(hash);
    this.#added.push(hash);
  }

  /** Keeps the batches that were added, which are in the versions up to this one. */
  save(node: Node): void {
    const { version } = node;
    const whole = wholeHashOf(node);
    let hashes: readonly string[] = this.#added;
    this.#added = [];
    if (this.#cache === undefined || whole === undefined) return;
    const before = version - (version & -version);
    for (let last = this.#parts.at(-1); last !== undefined && last.version > before; last = this.#parts.at(-1)) {
      hashes = [...last.hashes, ...hashes];
      this.#parts.pop();
    }
    const part = { version, whole, hashes };
    keep(this.#cache, part, this.#parts.at(-1));
    this.#parts.push(part);
  }
}

const keyOf = (whole: string): string => `batches ${textVersion} ${whole}`;

/** Writes a part. One that cannot be written is made again by the next process. */
function keep(cache: BatchCache, { version, whole, hashes }: Part, before: Part | undefined): void {
  const text = [version, before?.whole ?? '', before?.version ?? 0, ...hashes].join('\n');
  try {
    cache.writeText(keyOf(whole), `${sha256Of(`${whole}\n${text}`)}\n${text}`);
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}

/** The parts up to a version, oldest first; undefined where one is missing. */
function keptParts(cache: BatchCache, latest: string, latestVersion: number): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (let [whole, version] = [latest, latestVersion]; version > 0;) {
    const found = readPart(cache, whole);
    if (found?.part.version !== version || found.version >= version) return undefined;
    parts.push(found.part);
    [whole, version] = [found.whole, found.version];
  }
  return parts.reverse();
}

/** A part, with the hash of the series and the version before it; undefined for a text that is not one. */
function readPart(cache: BatchCache, whole: string): { part: Part; whole: string; version: number } | undefined {
  const content = textOf(cache, keyOf(whole));
  const text = content?.slice(content.indexOf('\n') + 1);
  if (text === undefined || content?.startsWith(`${sha256Of(`${whole}\n${text}`)}\n`) !== true) return undefined;
  const [version = '', beforeWhole = '', beforeVersion = '', ...hashes] = text.split('\n');
  return { part: { version: Number(version), whole, hashes }, whole: beforeWhole, version: Number(beforeVersion) };
}

function textOf(cache: BatchCache, key: string): string | undefined {
  try {
    return cache.readText(key);
  } catch (error) {
    if (!isPondError(error)) throw error;
    return undefined;
  }
}
