/** Proofs as text, parsed into types field by field. */
import { type PondError } from '../base/error.ts';
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { fileTypes, type FileType } from '../tinyfs/backend.ts';
import {
  formatVersion,
  invalid,
  type Proof,
  type ProofChain,
  type ProofCommit,
  type ProofEntry,
  type ProofPage,
  proofText,
} from './proof.ts';
import { type ChangeCounts } from './commitRecord.ts';

/**
 * Returns the proof in a text, which is as proofText writes it; one newline may follow. Fails `proof-invalid` with the
 * field.
 */
export function parseProof(text: string): Proof {
  const json = text.replace(/\r?\n$/, '');
  const proof = proofIn(json);
  // JSON writes one value in many ways, by white space and escapes: bytes that could change unseen.
  if (proofText(proof) !== json)
    throw invalid('the proof is not written as pond prove writes it; use the file unchanged');
  return proof;
}

function proofIn(json: string): Proof {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalid(`the proof is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const fields = new ProofFields(value, 'proof', [
    ...['duckpondProof', 'path', 'type', 'hash', 'versions', 'directories', 'rootHash', 'chain'],
  ]);
  if (fields.integer('duckpondProof') !== formatVersion) {
    throw invalid(`proof.duckpondProof is ${fields.integer('duckpondProof')}; expected ${formatVersion}`);
  }
  return {
    path: fields.text('path'),
    type: fileTypeOf(fields.value('type'), 'proof.type'),
    hash: fields.hash('hash'),
    versions: fields.isNull('versions') ? undefined : fields.list('versions', hashOf),
    directories: fields.list('directories', (pages, at) => listOf(pages, at, pageOf)),
    rootHash: fields.hash('rootHash'),
    chain: fields.isNull('chain') ? undefined : chainOf(fields.value('chain')),
  };
}

function chainOf(value: unknown): ProofChain {
  const fields = new ProofFields(value, 'proof.chain', ['pond', 'parent', 'commits', 'hash']);
  return {
    pond: fields.text('pond'),
    parent: fields.isNull('parent') ? undefined : parentOf(fields.value('parent')),
    commits: fields.list('commits', commitOf),
    hash: fields.hash('hash'),
  };
}

function parentOf(value: unknown): ProofChain['parent'] {
  const fields = new ProofFields(value, 'proof.chain.parent', ['number', 'id', 'hash']);
  const hash = fields.isNull('hash') ? undefined : fields.hash('hash');
  return { number: fields.commitNumber('number'), id: fields.text('id'), hash };
}

const countNames = ['added', 'modified', 'removed', 'renamed', 'bytes'] as const satisfies (keyof ChangeCounts)[];

function commitOf(value: unknown, at: string): ProofCommit {
  const fields = new ProofFields(value, at, [
    ...['number', 'id', 'timeUs', 'author', 'message', 'operation', 'rootHash', 'rowsHash'],
    ...countNames,
  ]);
  const [added, modified, removed, renamed, bytes] = countNames.map((name) => fields.integer(name));
  return {
    number: fields.commitNumber('number'),
    id: fields.text('id'),
    timeUs: fields.integer('timeUs'),
    author: fields.text('author'),
    message: fields.text('message'),
    operation: fields.text('operation'),
    rootHash: fields.hash('rootHash'),
    rowsHash: fields.hash('rowsHash'),
    counts: { added: added!, modified: modified!, removed: removed!, renamed: renamed!, bytes: bytes! },
  };
}

function pageOf(value: unknown, at: string): ProofPage {
  const isFork = typeof value === 'object' && value !== null && 'fork' in value;
  const fields = new ProofFields(value, at, [isFork ? 'fork' : 'leaf']);
  if (!isFork) return { kind: 'leaf', entries: fields.list('leaf', entryOf) };
  return { kind: 'fork', pages: fields.list('fork', pageRefOf) };
}

function pageRefOf(value: unknown, at: string): { readonly name: string; readonly sha256: string } {
  const [name, sha256] = tupleOf(value, at, 2);
  return { name: textOf(name, `${at}[0]`), sha256: hashOf(sha256, `${at}[1]`) };
}

function entryOf(value: unknown, at: string): ProofEntry {
  const [name, type, hash, attributes] = tupleOf(value, at, 4);
  const map = objectOf(attributes, `${at}[3]`);
  return {
    name: textOf(name, `${at}[0]`),
    type: fileTypeOf(type, `${at}[1]`),
    hash: hashOf(hash, `${at}[2]`),
    attributes: Object.fromEntries(
      Object.entries(map).map(([key, one]) => [textOf(key, `${at}[3]`), textOf(one, `${at}[3].${key}`)]),
    ),
  };
}

/** The fields of a JSON object, which has exactly these; each is checked as it is read. */
class ProofFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #at: string;

  constructor(value: unknown, at: string, names: readonly string[]) {
    this.#values = objectOf(value, at);
    this.#at = at;
    for (const name of names) if (!Object.hasOwn(this.#values, name)) throw invalid(`${at}.${name} is missing`);
    const other = Object.keys(this.#values).find((name) => !names.includes(name));
    if (other !== undefined) throw invalid(`${at}.${other} is not a field of a proof`);
  }

  value(name: string): unknown {
    return this.#values[name];
  }

  isNull(name: string): boolean {
    return this.#values[name] === null;
  }

  text(name: string): string {
    return textOf(this.#values[name], `${this.#at}.${name}`);
  }

  hash(name: string): string {
    return hashOf(this.#values[name], `${this.#at}.${name}`);
  }

  integer(name: string): number {
    const value = this.#values[name];
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw wrong(value, `${this.#at}.${name}`, 'an integer');
  }

  commitNumber(name: string): CommitNumber {
    const number = parseCommitNumber(this.integer(name));
    if (number !== undefined) return number;
    throw wrong(this.#values[name], `${this.#at}.${name}`, 'the number of a commit');
  }

  list<T>(name: string, read: (value: unknown, at: string) => T): readonly T[] {
    return listOf(this.#values[name], `${this.#at}.${name}`, read);
  }
}

function objectOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(value, at, 'an object');
  return Object.fromEntries(Object.entries(value));
}

function listOf<T>(value: unknown, at: string, read: (value: unknown, at: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw wrong(value, at, 'a list');
  return value.map((item: unknown, index) => read(item, `${at}[${index}]`));
}

function tupleOf(value: unknown, at: string, length: number): readonly unknown[] {
  const items = listOf(value, at, (item) => item);
  if (items.length !== length) throw wrong(value, at, `a list of ${length}`);
  return items;
}

/** A hash takes other characters for a lone surrogate: such a text could be exchanged for another one. */
function textOf(value: unknown, at: string): string {
  if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value;
  throw wrong(value, at, 'well-formed text');
}

function hashOf(value: unknown, at: string): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw wrong(value, at, 'a SHA-256 in lower-case hex');
}

function fileTypeOf(value: unknown, at: string): FileType {
  const type = fileTypes.find((one) => one === value);
  if (type !== undefined) return type;
  throw wrong(value, at, `one of ${fileTypes.join(', ')}`);
}

function wrong(value: unknown, at: string, expected: string): PondError {
  return invalid(`${at} is ${(JSON.stringify(value) ?? 'missing').slice(0, 80)}; expected ${expected}`);
}
