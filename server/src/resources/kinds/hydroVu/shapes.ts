/** Validates the responses of the service. Unknown keys are ignored. */
import { nonsenseError } from './serviceError.ts';

/** Names of parameters and units by id; ids are texts, not always numeric. */
export interface FriendlyNames {
  readonly parameters: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, string>;
}

export interface Location {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Degrees; undefined when the service has none. */
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
}

/** The readings of one parameter, in the order of the service. */
interface ParameterReadings {
  readonly parameterId: string;
  readonly unitId: string;
  /** `timestamp` is in seconds since 1970 UTC; `value` is null when the service has no value for the time. */
  readonly readings: readonly { readonly timestamp: number; readonly value: number | null }[];
}

export interface ReadingsPage {
  readonly parameters: readonly ParameterReadings[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Validates a page of names. Fails `remote-failed` with the expected type and its path. */
export function namesOf(value: unknown): FriendlyNames {
  const names = objectOf(value, 'the answer');
  return { parameters: namesUnder(names, 'parameters'), units: namesUnder(names, 'units') };
}

/** Parses the JSON of a list of locations, with long ids as texts: as numbers they would be rounded. */
export function readLocationsJson(text: string): unknown {
  // Quotes within texts are escaped with a backslash.
  return JSON.parse(text.replace(/("id"\s*:\s*)(\d{16,})(?=\s*[,}])/g, '$1"$2"'));
}

/** Validates a page of the list of locations. Fails `remote-failed`. */
export function locationsOf(value: unknown): readonly Location[] {
  return listOf(value, 'the answer').map((item, index) => {
    const at = `location ${index}`;
    const location = objectOf(item, at);
    const gps = isMissing(location['gps']) ? {} : objectOf(location['gps'], `gps of ${at}`);
    return {
      id: idOf(location['id'], `id of ${at}`),
      name: textOf(location['name'], `name of ${at}`),
      description: isMissing(location['description']) ? '' : textOf(location['description'], `description of ${at}`),
      latitude: degreesOf(gps['latitude'], `latitude of ${at}`),
      longitude: degreesOf(gps['longitude'], `longitude of ${at}`),
    };
  });
}

/** Validates a page of readings of the requested location. Fails `remote-failed`. */
export function readingsOf(value: unknown, locationId: string): ReadingsPage {
  const page = objectOf(value, 'the answer');
  const answered = page['locationId'];
  // Both sides round a long id alike.
  if (Number(answered) !== Number(locationId)) expected(`locationId ${locationId}`, answered);
  return { parameters: listOf(page['parameters'], 'parameters').map(parameterOf) };
}

function parameterOf(value: unknown, index: number): ParameterReadings {
  const at = `parameter ${index}`;
  const parameter = objectOf(value, at);
  const readings = listOf(parameter['readings'], `readings of ${at}`);
  for (const reading of readings) checkReading(reading, at);
  return {
    parameterId: idOf(parameter['parameterId'], `parameterId of ${at}`),
    unitId: idOf(parameter['unitId'], `unitId of ${at}`),
    readings: readings as ParameterReadings['readings'],
  };
}

/** Runs for every reading, so it builds text only on failure. */
function checkReading(value: unknown, at: string): void {
  const reading = value as { readonly timestamp?: unknown; readonly value?: unknown } | null;
  if (typeof reading !== 'object' || reading === null) expected(`an object as reading of ${at}`, value);
  if (!Number.isSafeInteger(reading.timestamp)) {
    expected(`whole seconds as timestamp of a reading of ${at}`, reading.timestamp);
  }
  if (reading.value !== null && typeof reading.value !== 'number') {
    expected(`a number as value of a reading of ${at}`, reading.value);
  }
  // JSON has numbers beyond the largest double, which are read as infinite.
  if (typeof reading.value === 'number' && !Number.isFinite(reading.value)) {
    expected(`a finite number as value of a reading of ${at}`, reading.value);
  }
}

function namesUnder(names: Fields, key: string): ReadonlyMap<string, string> {
  const entries = Object.entries(objectOf(names[key], key));
  return new Map(entries.map(([id, name]) => [id, textOf(name, `${key}["${id}"]`)]));
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) expected(`an object as ${what}`, value);
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) expected(`a list as ${what}`, value);
  return value as readonly unknown[];
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') expected(`a text as ${what}`, value);
  return value;
}

function idOf(value: unknown, what: string): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || value === '') expected(`an id as ${what}`, value);
  return value;
}

function degreesOf(value: unknown, what: string): number | undefined {
  if (isMissing(value)) return undefined;
  if (typeof value !== 'number') expected(`a number as ${what}`, value);
  return value;
}

function expected(what: string, got: unknown): never {
  const kind = got === null ? 'null' : Array.isArray(got) ? 'a list' : typeof got;
  const shown = typeof got === 'number' ? `the number ${got}` : kind === 'object' ? 'an object' : kind;
  throw nonsenseError(`expected ${what}, got ${shown === 'undefined' ? 'nothing' : shown}`);
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
