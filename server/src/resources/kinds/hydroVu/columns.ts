import { type ColumnPart, type ColumnParts, type IdParts } from './columnParts.ts';

/** Names of a device's columns. */
export interface ColumnNames {
  /** `SCOPE.NAME.UNIT`, with the id in place of a name that the service lacks, and ids after a name of other parts. */
  nameOf(parameterId: string, unitId: string): string;
  /** Ids of the parameter and the unit that have a name which nameOf gave, as one text. */
  idsOf(name: string): string;
  /** Ids without a name, or with a new one, of the columns so far, as sentences. */
  readonly notes: ReadonlySet<string>;
}

/** Returns the names of the columns of a device with this scope. */
export function createColumnNames({ parameters, units, given }: ColumnParts, scope: string): ColumnNames {
  const known = new Map<string, string>();
  const ids = new Map<string, string>();
  const notes = new Set<string>();
  const named = ({ parts, earlier }: IdParts, id: string, what: string): string => {
    const part = parts.get(id);
    if (part === undefined) notes.add(`the service has no name for the ${what} ${id}: its column goes by the id`);
    const before = earlier.get(id);
    if (before !== undefined) {
      const column = `new readings are in a column with '${part}'`;
      notes.add(`the service has another name for the ${what} ${id}, which was '${before}': ${column}`);
    }
    return part ?? id;
  };
  return {
    nameOf(parameterId, unitId) {
      const key = JSON.stringify([parameterId, unitId]);
      let name = known.get(key);
      if (name === undefined) {
        const parts = [named(parameters, parameterId, 'parameter'), named(units, unitId, 'unit')] as const;
        name = `${scope}.${parts.join('.')}${isOfOthers(parts, given) ? ` (${parameterId} ${unitId})` : ''}`;
        known.set(key, name);
        ids.set(name, key);
      }
      return name;
    },
    idsOf: (name) => ids.get(name)!,
    notes,
  };
}

/**
 * True where the parts of an earlier parameter and unit make the same name: `A.B` with `C`, and `A` with `B.C`. `given`
 * is in the order in which parts were given, and only grows, so that a column keeps its name.
 */
function isOfOthers([parameter, unit]: readonly [string, string], given: readonly ColumnPart[]): boolean {
  if (!parameter.includes('.') && !unit.includes('.')) return false;
  const ages = new Map(given.map(({ of, part }, index) => [`${of} ${part.toLowerCase()}`, index]));
  const names = `${parameter}.${unit}`.toLowerCase().split('.');
  const ageOf = (count: number): number =>
    Math.max(
      ages.get(`parameters ${names.slice(0, count).join('.')}`) ?? Infinity,
      ages.get(`units ${names.slice(count).join('.')}`) ?? Infinity,
    );
  const own = parameter.split('.').length;
  return names.some((_, count) => count !== own && ageOf(count) < ageOf(own));
}
