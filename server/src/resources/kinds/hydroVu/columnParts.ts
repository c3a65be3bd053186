/**
 * Names of parameters and units as parts of the names of columns. A part stands for one id for good: a name that the
 * service gives to another id, or a name that two ids share, never puts readings of two parameters into one column.
 */
import { keysOf } from '../../../base/keys.ts';
import { type FriendlyNames } from './shapes.ts';

/** A name that the service gave to an id, and the part of a column's name that it became. */
export interface ColumnPart {
  readonly of: keyof FriendlyNames;
  readonly id: string;
  readonly name: string;
  readonly part: string;
}

/** The part for each id, and the name before for those that the service renamed since the last run. */
export interface IdParts {
  readonly parts: ReadonlyMap<string, string>;
  readonly earlier: ReadonlyMap<string, string>;
}

export interface ColumnParts extends Readonly<Record<keyof FriendlyNames, IdParts>> {
  /** All that were ever given, to be kept. */
  readonly given: readonly ColumnPart[];
}

/** Returns the parts of the names that the service gives now. `given` are those of earlier runs, in order. */
export function columnParts(names: FriendlyNames, given: readonly ColumnPart[]): ColumnParts {
  const all = [...given];
  const partsOf = (of: keyof FriendlyNames): IdParts => {
    const before = given.filter((one) => one.of === of);
    const known = new Map(before.map((one) => [keyOf(one), one.part]));
    const latest = new Map(before.map(({ id, name }) => [id, name]));
    // Names of columns do not depend on case.
    const taken = new Set(before.map(({ part }) => part.toLowerCase()));
    const parts = new Map<string, string>();
    const earlier = new Map<string, string>();
    // In the order of the ids, so that the same names become the same parts in every pond.
    for (const [id, name] of [...names[of]].sort(byId)) {
      let part = known.get(keyOf({ id, name }));
      if (part === undefined) {
        part = freePart(name === '' ? id : name, id, taken);
        taken.add(part.toLowerCase());
        all.push({ of, id, name, part });
        const before = latest.get(id);
        if (before !== undefined) earlier.set(id, before);
      }
      parts.set(id, part);
    }
    return { parts, earlier };
  };
  return { parameters: partsOf('parameters'), units: partsOf('units'), given: all };
}

/** The parts that a version before this one, which kept none, gave to the names that it stored. */
export function partsOfNames(names: FriendlyNames): readonly ColumnPart[] {
  return keysOf(names).flatMap((of) => {
    const taken = new Set<string>();
    return [...names[of]].sort(byId).map(([id, name]) => {
      const text = name === '' ? id : name;
      const part = taken.has(text.toLowerCase()) ? withId(text, id) : text;
      taken.add(text.toLowerCase());
      return { of, id, name, part };
    });
  });
}

function freePart(text: string, id: string, taken: ReadonlySet<string>): string {
  return taken.has(text.toLowerCase()) ? freePart(withId(text, id), id, taken) : text;
}

const withId = (text: string, id: string): string => `${text} (${id})`;

const keyOf = ({ id, name }: Pick<ColumnPart, 'id' | 'name'>): string => JSON.stringify([id, name]);

/** Compares entries by the text of their ids. */
export function byId([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
