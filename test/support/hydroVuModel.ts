/** Data of a HydroVu service of the tests, and the pages in which it sends them. */

/** A value of one parameter at one time. */
export interface Reading {
  readonly parameterId: string;
  readonly unitId: string;
  /** Seconds since 1970 UTC. */
  readonly timestamp: number;
  readonly value: number | null;
}

/** A location of the service. */
export interface ServedDevice {
  /** Decimal digits: it may be too long for a double. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  /** In the order of the pages; those of one time may be on two pages. */
  readonly readings?: readonly Reading[];
}

/** Default ids and names of the service. */
export const usualParameters: Readonly<Record<string, string>> = {
  '1': 'Temperature',
  '2': 'pH',
  '3': 'DO',
  '4': 'Depth',
};
export const usualUnits: Readonly<Record<string, string>> = { '1': 'C', '17': 'pH', '117': 'mg/L', '35': 'm' };

/** The default unit of each parameter. */
const unitOf: Readonly<Record<string, string>> = { '1': '1', '2': '17', '3': '117', '4': '35' };

/** Returns readings of parameters at times `start`, `start + step`, …: the same values for the same times. */
export function regularReadings(
  start: number,
  count: number,
  { step = 900, parameterIds = ['1', '2'] }: { step?: number; parameterIds?: readonly string[] } = {},
): Reading[] {
  return Array.from({ length: count }, (_, row) => start + row * step).flatMap((timestamp) =>
    parameterIds.map((parameterId) => ({
      parameterId,
      unitId: unitOf[parameterId] ?? '1',
      timestamp,
      value: valueAt(parameterId, timestamp),
    })),
  );
}

/** The value that regularReadings has. */
export function valueAt(parameterId: string, timestamp: number): number {
  return (Number(parameterId) * 1000 + (timestamp % 100_003)) / 8;
}

/** Returns readings in order of time with some more: each replaces the one of its parameter and time. */
export function withReadings(readings: readonly Reading[], more: readonly Reading[]): Reading[] {
  const nameOf = ({ parameterId, timestamp }: Reading): string => `${parameterId} ${timestamp}`;
  const all = new Map([...readings, ...more].map((one) => [nameOf(one), one]));
  return [...all.values()].sort((a, b) => a.timestamp - b.timestamp);
}

/** A location as in the list; a long id is written as a number. */
export function locationJson({ id, name, description, latitude, longitude }: ServedDevice): string {
  const rest = {
    name: name ?? `Location ${id}`,
    description: description ?? '',
    gps: { latitude: latitude ?? 38.5, longitude: longitude ?? -123.25 },
    firmware: 'ignored',
  };
  return `{"id":${id},${JSON.stringify(rest).slice(1)}`;
}

/** A page of readings: those of one parameter together, in the order of their first. */
export function pageJson(locationId: string, readings: readonly Reading[]): string {
  const parameters = new Map<
    string,
    { parameterId: string; unitId: string; customParameter: boolean; readings: object[] }
  >();
  for (const { parameterId, unitId, timestamp, value } of readings) {
    const key = `${parameterId} ${unitId}`;
    const parameter = parameters.get(key) ?? { customParameter: false, parameterId, unitId, readings: [] };
    parameters.set(key, parameter);
    parameter.readings.push({ timestamp, value });
  }
  return `{"locationId":${locationId},"parameters":${JSON.stringify([...parameters.values()])}}`;
}
