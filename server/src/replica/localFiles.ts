/** Files of the pond as bodies of objects, compared with their hash before they are sent. */
import { PondError } from '../base/error.ts';
import { hashOf, sizeProblemOf } from '../pond/checkHistory.ts';
import { type ExpectedFile } from '../pond/findings.ts';
import { type ReadableDisk } from '../pond/storedFiles.ts';
import { bodyOf } from '../remote/content.ts';
import { type ObjectBody } from '../remote/objectStore.ts';
import { contentProblem } from '../storage/contentCheck.ts';

/** Files up to this size are sent from memory: they are read once, for the hash and for the store. */
const wholeBytesMax = 1024 * 1024;

/** Returns the hash of a file. */
export async function hashOfFile(disk: ReadableDisk, path: string): Promise<string> {
  return (await hashOf(disk, path)).hash;
}

/** The problem of a file whose content is not the expected one, as the end of a sentence; undefined for a sound one. */
export async function fileProblem(
  disk: ReadableDisk,
  { path, sizeBytes, sha256 }: ExpectedFile,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const hostPath = disk.hostPath(path);
  if (hostPath !== undefined) return await contentProblem(hostPath, { sizeBytes, sha256 }, signal);
  const problem = sizeProblemOf(disk, { path, sizeBytes, sha256 });
  if (problem !== undefined) return problem;
  const found = await hashOf(disk, path);
  return found.hash === sha256 ? undefined : `its hash is ${found.hash}; expected ${sha256}`;
}

/** Returns a file as the body of an object. Fails `pond-damaged` when its content is not the expected one. */
export async function fileBody(
  disk: ReadableDisk,
  file: ExpectedFile,
  signal: AbortSignal | undefined,
): Promise<ObjectBody> {
  const { path, sizeBytes, sha256 } = file;
  if (sizeBytes <= wholeBytesMax) {
    const body = bodyOf(disk.readFile(path) ?? new Uint8Array());
    if (body.sha256 === sha256 && body.sizeBytes === sizeBytes) return body;
  }
  const problem = await fileProblem(disk, file, signal);
  if (problem !== undefined) throw damagedFile(path, problem);
  return {
    sizeBytes,
    sha256,
    open(start, end) {
      const stream = disk.readStream(path, start, end);
      if (stream === undefined) throw damagedFile(path, 'it is missing');
      return stream;
    },
  };
}

function damagedFile(path: string, problem: string): PondError {
  return new PondError('pond-damaged', `${path} is damaged: ${problem}`, {
    path,
    hint: "Nothing that depends on it was sent. 'pond check --repair --from DIR' restores it from a copy of the pond.",
  });
}
