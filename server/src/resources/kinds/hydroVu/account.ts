/** Access to the account of a resource without running the resource. */
import { assert } from '../../../base/assert.ts';
import { createClient } from './client.ts';
import { type HydroVuEffects, type Limits } from './effects.ts';
import { isOfKind, type Resource } from '../../model/kind.ts';
import { hydroVu } from './kind.ts';
import { type Location, type ReadingsPage } from './shapes.ts';
import { accountOf } from './credentials.ts';

/** Facts about one page of readings; null without any. Times are seconds since 1970 UTC. */
interface PageFacts {
  readonly min: number | null;
  readonly max: number | null;
  /** Values of all parameters. */
  readonly readings: number;
}

export interface HydroVuAccount {
  /** All locations that the account can see, in the order of the service. */
  locations(signal: AbortSignal): Promise<readonly Location[]>;
  /** The pages of readings from `start` to `end`, both inclusive; to the latest without `end`. Nothing is stored. */
  scan(locationId: string, start: number, end: number | undefined, signal: AbortSignal): AsyncIterable<PageFacts>;
}

/** `env` is the environment of the process; other effects default to the real ones. */
type AccountEffects = Partial<HydroVuEffects> & {
  readonly env: (name: string) => string | undefined;
  readonly limits?: Partial<Limits>;
};

/**
 * Returns the account of a HydroVu resource. Fails `secret-missing`. Errors of its calls: `remote-denied`,
 * `remote-failed`, `cancelled`.
 */
export function hydroVuAccount(resource: Resource, { env, limits, ...effects }: AccountEffects): HydroVuAccount {
  assert(isOfKind(resource, hydroVu), () => `${resource.kind.kind} is HydroVu`);
  const client = createClient(accountOf(resource, env), effects, limits);
  return {
    locations: (signal) => client.locations(signal),
    async *scan(locationId, start, end, signal) {
      const range = { start, ...(end !== undefined && { end }) };
      for await (const page of client.readings(locationId, range, signal)) yield factsOf(page);
    },
  };
}

function factsOf({ parameters }: ReadingsPage): PageFacts {
  let [min, max, count] = [Infinity, -Infinity, 0];
  for (const { readings } of parameters) {
    count += readings.length;
    for (const { timestamp } of readings) [min, max] = [Math.min(min, timestamp), Math.max(max, timestamp)];
  }
  return count === 0 ? { min: null, max: null, readings: 0 } : { min, max, readings: count };
}
