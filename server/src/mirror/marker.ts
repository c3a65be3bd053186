/** The file by which a mirror recognizes its folder: an empty mount point or another disk has none, or another one. */
import { fieldsOf, parseJsonText } from '../base/json.ts';
import { PondError } from '../base/error.ts';
import { type HostFolder } from '../storage/hostFolder.ts';
import { markerName } from './scope.ts';
import { type MirrorState } from './stateFile.ts';

/** Content of the marker. */
interface Marker {
  /** Ids of the pond and of the mirror. */
  readonly pond: string;
  readonly mirror: string;
  readonly token: string;
}

const bytesMax = 4_096;

/** Reads the marker of a folder; undefined where there is none. Fails `run-failed` for a file that is not one. */
export async function readMarker(folder: HostFolder): Promise<Marker | undefined> {
  const item = folder.stat(markerName);
  if (item === undefined) return undefined;
  const marker =
    item.kind === 'file' && item.state.sizeBytes <= bytesMax ? parseMarker(await textOf(folder)) : undefined;
  if (marker !== undefined) return marker;
  throw notOurs(folder, `${markerName} in ${folder.path} is not the marker of a mirror`);
}

/**
 * Fails `run-failed` unless the folder is the one of the state: that of another mirror, or one that only has the name of
 * the folder, such as the mount point of a disk that is not there. A clone that has not run the mirror yet does not take
 * the folder of the original, which may still use it.
 */
export function requireMarker(
  folder: HostFolder,
  marker: Marker | undefined,
  ids: Omit<Marker, 'token'>,
  state: MirrorState | undefined,
  isClone: boolean,
): void {
  if (marker !== undefined && (marker.pond !== ids.pond || marker.mirror !== ids.mirror)) {
    throw notOurs(folder, `${folder.path} is the folder of another mirror`);
  }
  if (state === undefined && marker !== undefined && isClone) {
    throw notOurs(folder, `${folder.path} is the folder of the pond that this one is a clone of`);
  }
  if (state === undefined || marker?.token === state.token) return;
  throw new PondError(
    'run-failed',
    `${folder.path} is not the folder that was compared before: ${markerName} is ${marker === undefined ? 'missing' : 'another one'}; nothing was changed`,
    {
      path: folder.path,
      hint: "Mount the disk, or bring the folder back; 'pond mirror NAME --start-over' takes this one, and deletes nothing.",
    },
  );
}

function notOurs(folder: HostFolder, message: string): PondError {
  return new PondError('run-failed', `${message}; nothing was changed`, {
    path: folder.path,
    hint: `Choose another folder; or remove ${markerName} if no mirror uses this one.`,
  });
}

/** Writes the marker of a folder durably. */
export async function writeMarker(folder: HostFolder, marker: Marker): Promise<void> {
  const about = 'This folder is kept equal to a directory of a DuckPond pond. Leave this file in place.';
  const content = [Buffer.from(`${JSON.stringify({ format: 1, about, ...marker })}\n`)];
  const temporary = await folder.writeNew('', chunks(content), 0o666);
  folder.rename(temporary, markerName);
  folder.sync('');
}

async function* chunks(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

async function textOf(folder: HostFolder): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of folder.read(markerName)) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

function parseMarker(text: string): Marker | undefined {
  const { format, pond, mirror, token } = fieldsOf(parseJsonText(text));
  if (format !== 1 || typeof pond !== 'string' || typeof mirror !== 'string' || typeof token !== 'string')
    return undefined;
  return { pond, mirror, token };
}
