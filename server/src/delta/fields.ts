import { PondError } from '../base/error.ts';
import { type CommitNumber, parseCommitNumber } from './commitNumber.ts';
import { decodePath } from './dataPath.ts';

/**
 * Position of fields: a file, and in it a line or row from 1 where there are several; or a part of the table that has no
 * file of its own, as people name it.
 */
export type LogPosition = { readonly file: string; readonly line?: number } | { readonly part: string };

/** A JSON object, or a row of Parquet. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * The fields of one action, each checked as it is read. Null counts as absent. Integers may be bigint, as in Parquet.
 */
export class Fields {
  readonly object: Json;
  readonly place: LogPosition;
  readonly #name: string;

  constructor(object: Json, name: string, place: LogPosition) {
    this.object = object;
    this.#name = name;
    this.place = place;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  value(name: string): unknown {
    return this.object[name] ?? undefined;
  }

  /** Returns `{ [name]: read(value) }`, or {} when the field is absent or `read` returns undefined. */
  optional<N extends string, T>(name: N, read: (value: unknown) => T | undefined): Partial<Record<N, T>> {
    const value = this.has(name) ? read(this.value(name)) : undefined;
    return value === undefined ? {} : ({ [name]: value } as Partial<Record<N, T>>);
  }

  text(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : this.#wrong(name, 'text');
  }

  /** Returns the path of a file, a URI reference that can be decoded. */
  path(): string {
    const path = this.text('path');
    try {
      decodePath(path);
      return path;
    } catch {
      return this.#wrong('path', 'a percent-encoded path');
    }
  }

  flag(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : this.#wrong(name, 'true or false');
  }

  integer(name: string): number {
    const value = this.value(name);
    const number = typeof value === 'bigint' ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : this.#wrong(name, 'an integer');
  }

  count(name: string): number {
    const number = this.integer(name);
    return number >= 0 ? number : this.#wrong(name, 'an integer from 0');
  }

  commitNumber(name: string): CommitNumber {
    return parseCommitNumber(this.integer(name)) ?? this.#wrong(name, 'the number of a commit');
  }

  /** Returns a SHA-256 hash, lower-case hex. */
  hash(name: string): string {
    const text = this.text(name);
    return /^[0-9a-f]{64}$/.test(text) ? text : this.#wrong(name, 'a SHA-256 in hex');
  }

  /** Returns one of a closed set of texts. */
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const text = this.text(name);
    return values.find((value) => value === text) ?? this.#wrong(name, `one of ${values.join(', ')}`);
  }

  bytes(name: string): Uint8Array {
    const value = this.value(name);
    return value instanceof Uint8Array ? value : this.#wrong(name, 'bytes');
  }

  /** Returns the fields of an object in a field. */
  fields(name: string): Fields {
    return new Fields(asObject(this.value(name), `${this.#name}.${name}`, this.place), name, this.place);
  }

  /** Returns the fields of each object of a list. */
  objects(name: string): readonly Fields[] {
    const value = this.value(name);
    const list: unknown[] = Array.isArray(value) ? value : this.#wrong(name, 'a list of objects');
    return list.map((item) => new Fields(asObject(item, `${this.#name}.${name}`, this.place), name, this.place));
  }

  textList(name: string): readonly string[] {
    const value = this.value(name);
    const list: unknown[] = Array.isArray(value) ? value : this.#wrong(name, 'a list of texts');
    return list.map((item) => (typeof item === 'string' ? item : this.#wrong(name, 'a list of texts')));
  }

  texts(name: string): Readonly<Record<string, string>> {
    const map = asObject(this.value(name), `${this.#name}.${name}`, this.place);
    return mapValues(map, (value) => (typeof value === 'string' ? value : this.#wrong(name, 'a map of texts')));
  }

  nullableTexts(name: string): Readonly<Record<string, string | null>> {
    const map = asObject(this.value(name), `${this.#name}.${name}`, this.place);
    return mapValues(map, (value) =>
      typeof value === 'string' ? value : (value ?? null) === null ? null : this.#wrong(name, 'a map of texts'),
    );
  }

  /** Returns the error for a field with another value than expected. */
  wrong(name: string, expected: string): PondError {
    return damaged(this.place, `${this.#name}.${name} is ${shown(this.value(name))}; expected ${expected}`);
  }

  #wrong(name: string, expected: string): never {
    throw this.wrong(name, expected);
  }
}

/** Returns the value, or fails with `pond-damaged` when it is not an object; `what` names it. */
export function asObject(value: unknown, what: string, place: LogPosition): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw damaged(place, `${what} is ${shown(value)}; expected an object`);
}

/** Returns the JSON object in a text. Fails `pond-damaged` for anything else; `what` names it. */
export function parseObject(text: string, what: string, place: LogPosition): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(place, `${what} is not JSON`, cause);
  }
  return asObject(value, what, place);
}

function mapValues<T>(map: Json, read: (value: unknown) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, read(value)]));
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

/** Returns the error for damage at a position. */
export function damaged(place: LogPosition, message: string, cause?: unknown): PondError {
  if ('part' in place) return new PondError('pond-damaged', `${place.part}: ${message}`, { cause });
  const at = place.line === undefined ? place.file : `${place.file}:${place.line}`;
  return new PondError('pond-damaged', `${at}: ${message}`, { path: place.file, cause });
}
