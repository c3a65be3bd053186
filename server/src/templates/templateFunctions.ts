/**
 * Functions that templates can call in addition to the engine's own. Values come from the engine as plain data, with
 * maps as Map. An exception thrown through the engine breaks it, and it words refusals in its own way: so faults are
 * reported through a callback.
 */
import { type RenderFault } from './templateMessages.ts';

type ReportFault = (fault: RenderFault) => void;

/** A value that the engine rejects: it stops there, and reports the position. */
const refused = Symbol('refused');

/**
 * `group(by="FIELD", in=LIST)`: a map from each value of a field to the list of items with that value, in their order.
 * The engine iterates maps in byte order of their keys. Refused for arguments of another form.
 */
export function groupItems(given: readonly unknown[], report: ReportFault): unknown {
  const named = given.at(-1);
  const by: unknown = named instanceof Map ? named.get('by') : undefined;
  const items: unknown = named instanceof Map ? named.get('in') : undefined;
  const groups = new Map<string, unknown[]>();
  const problem = checkGroup(given.length, by, items) ?? gather(groups, String(by), items as readonly unknown[]);
  if (problem === undefined) return Object.fromEntries(groups);
  report({ message: problem });
  return refused;
}

function checkGroup(count: number, by: unknown, items: unknown): string | undefined {
  if (count !== 1 || typeof by !== 'string') {
    return 'group expects the name of a field in "by", as in group(by="name", in=schema.fields)';
  }
  return Array.isArray(items) ? undefined : `group expects a list in "in", got ${typeName(items)}`;
}

function gather(groups: Map<string, unknown[]>, by: string, items: readonly unknown[]): string | undefined {
  for (const item of items) {
    if (!(item instanceof Map)) return `group expects a list of maps, got ${typeName(item)} in it`;
    const value: unknown = item.get(by);
    if (typeof value !== 'string') {
      return `group expects a text in the field "${by}" of each item, got ${typeName(value)}`;
    }
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [plain(item)]);
    else group.push(plain(item));
  }
  return undefined;
}

/** The entries of a map as a list of pairs; a list unchanged. Refused for any other value. */
export function pairsOf(value: unknown, origin: unknown, report: ReportFault): unknown {
  if (value instanceof Map) return [...value].map(([key, item]) => [key as unknown, plain(item)]);
  if (Array.isArray(value)) return plain(value);
  const message = `a loop over two names expects a map or a list of pairs, got ${typeName(value)}`;
  report({ message, origin: Number(origin) });
  return refused;
}

/**
 * A text as a part of a URL, or a map as its query: all but letters, digits and `-._~` of RFC 3986 are percent-encoded,
 * and the slashes of a text stay. Refused for other values than texts, numbers, truth values, and maps of these.
 */
export function urlEncoded(value: unknown, report: ReportFault): unknown {
  if (isUrlPart(value)) return percentEncoded(value).replaceAll('%2F', '/');
  const entries = value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : undefined;
  if (entries?.every((entry) => entry.every(isUrlPart)) === true)
    return entries.map((entry) => entry.map((part) => percentEncoded(part)).join('=')).join('&');
  report({ message: `urlencode expects a text, a number or a map of them, got ${typeName(value)}` });
  return refused;
}

const isUrlPart = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

const percentEncoded = (value: unknown): string =>
  encodeURIComponent(String(value)).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The engine returns maps as Map, and accepts them as objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
}

function typeName(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Map) return 'a map';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
