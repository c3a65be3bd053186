import { type PondError } from '../../../base/error.ts';
import { joinPath } from '../../../tinyfs/path.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource, type RunContext } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { type Client, createClient } from './client.ts';
import { collectDevice } from './collect.ts';
import { type Collecting, dataName, seriesPath } from './collecting.ts';
import { throwIfCancelled } from '../../../base/cancelled.ts';
import { type HydroVuEffects, type Limits } from './effects.ts';
import { ServiceError } from './serviceError.ts';
import { type ColumnParts } from './columnParts.ts';
import { type FriendlyNames } from './shapes.ts';
import { accountOf, type Device, devicesOf } from './credentials.ts';
import { type HydroVuSpec, overlapSecondsOf } from './spec.ts';
import { type KnownDevice, readProgress, writeNames, writeProgress } from './tables.ts';

/** Overrides for tests. */
export interface RunOptions {
  readonly effects?: Partial<HydroVuEffects>;
  readonly limits?: Partial<Limits>;
  /** Amounts that trigger a commit, whichever is reached first. */
  readonly checkpointReadings?: number;
  readonly checkpointMs?: number;
}

const checkpointReadingsUsual = 20_000_000;
const checkpointMsUsual = 10 * 60_000;

/** Consecutive locations with a failure that would affect all of them, after which a run ends. */
const unansweredMax = 2;

/** Runs a HydroVu resource. */
type HydroVuRun = (context: RunContext<HydroVuSpec>) => Promise<RunOutcome>;

/** Runs a HydroVu resource: collects the new readings of each of its devices, and those that came late. */
export const runHydroVu: HydroVuRun = createHydroVuRun({});

/**
 * Returns the run with these options. It fails `secret-missing`, `remote-denied`, `remote-failed` when it cannot start;
 * a failed location is reported in the outcome, and only a failure that affects all locations ends the run.
 */
export function createHydroVuRun(options: RunOptions): HydroVuRun {
  return async (context) => {
    const { resource, signal, env, now } = context;
    const client = createClient(accountOf(resource, env), { now, ...options.effects }, options.limits);
    const { names, known, notes } = await withDocument(resource, () =>
      askForNames(client, devicesOf(resource), signal),
    );
    const home = await context.home();
    const parts = await writeNames(home, names, known);
    await moveRenamed(home, known);
    return collectAll(context, { client, names: parts, known, notes, options });
  };
}

interface Prepared {
  readonly client: Client;
  readonly names: ColumnParts;
  readonly known: readonly KnownDevice[];
  readonly notes: readonly string[];
  readonly options: RunOptions;
}

async function askForNames(
  client: Client,
  devices: readonly Device[],
  signal: AbortSignal,
): Promise<Pick<Prepared, 'known' | 'notes'> & { readonly names: FriendlyNames }> {
  const names = await client.names(signal);
  const locations = new Map((await client.locations(signal)).map((location) => [location.id, location]));
  const known = devices.flatMap((device) => {
    const location = locations.get(device.id);
    return location === undefined ? [] : [{ device, location }];
  });
  const unknown = devices.filter(({ id }) => !locations.has(id));
  return { names, known, notes: unknown.map(({ name, id }) => `${name} (${id}): the account knows no such location.`) };
}

/** The series of a renamed device continues under the new name. */
async function moveRenamed(home: WorkingDirectory, known: readonly KnownDevice[]): Promise<void> {
  if ((await home.get(dataName)) === undefined) return;
  const names = (await home.list(dataName)).map(({ basename }) => basename);
  for (const { device } of known) {
    const path = seriesPath(device);
    const before = names.find((name) => name.endsWith(`-${device.id}`));
    if (before === undefined || (await home.get(path)) !== undefined) continue;
    await home.rename(joinPath(dataName, before), path);
  }
}

async function collectAll(context: RunContext<HydroVuSpec>, prepared: Prepared): Promise<RunOutcome> {
  const { resource, signal } = context;
  const { known } = prepared;
  const notes = [...prepared.notes];
  const failures: PondError[] = [];
  let [done, unanswered] = [0, 0];
  const report = (message: string): void => context.progress(message, done, known.length);
  const collecting = await startCollecting(context, prepared, report);
  for (const { device } of known) {
    throwIfCancelled(signal);
    const collected = await collectDevice(device, collecting);
    notes.push(...collected.notes);
    done++;
    const { failure } = collected;
    if (failure !== undefined) {
      notes.push(`${device.name} (${device.id}): ${failure.message}.`);
      failures.push(errorOf(resource, failure, device));
    }
    // One location may overload the service or deny the account; the next shows whether all of them do.
    unanswered = failure?.concernsAll === true ? unanswered + 1 : 0;
    if (unanswered === unansweredMax) break;
    if (collecting.checkpoint.isDue()) await collecting.checkpoint.save();
  }
  if (done < known.length) notes.push(`${known.length - done} of ${known.length} devices were skipped.`);
  await writeProgress(await context.home(), collecting.progress);
  return { ...collecting.counts, notes, ...(failures[0] && { failure: failures[0] }) };
}

async function startCollecting(
  context: RunContext<HydroVuSpec>,
  { client, names, options }: Prepared,
  report: (message: string) => void,
): Promise<Collecting> {
  const { now, signal } = context;
  const { checkpointReadings = checkpointReadingsUsual, checkpointMs = checkpointMsUsual } = options;
  const progress = await readProgress(await context.home());
  const counts = { rows: 0, bytes: 0, files: 0 };
  let [readings, rows, startMs] = [0, 0, now()];
  return {
    client,
    names,
    signal,
    now,
    progress,
    overlapSeconds: overlapSecondsOf(context.resource.spec),
    counts,
    report,
    home: () => context.home(),
    checkpoint: {
      isDue: () => readings >= checkpointReadings || now() - startMs >= checkpointMs,
      onReadings: (count) => void (readings += count),
      async save() {
        // Readings that are pending, or stored already, leave nothing to commit.
        if (counts.rows > rows) {
          await writeProgress(await context.home(), progress);
          await context.checkpoint({ ...counts });
        }
        [readings, rows, startMs] = [0, counts.rows, now()];
      },
    },
  };
}

async function withDocument<T>(resource: Resource<HydroVuSpec>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ServiceError ? errorOf(resource, error) : error;
  }
}

/** The failure of a device, or of all of them, at its position in the document. */
function errorOf(resource: Resource<HydroVuSpec>, { code, message, hint }: ServiceError, device?: Device): PondError {
  const index = device === undefined ? -1 : resource.spec.devices.findIndex(({ id }) => String(id) === device.id);
  const about = device === undefined ? '' : `${device.name} (${device.id}): `;
  return documentError(resource, code, `${titleOf(resource)}: ${about}${message}`, {
    at: index < 0 ? [] : ['devices', index],
    ...(hint !== undefined && { hint }),
  });
}
