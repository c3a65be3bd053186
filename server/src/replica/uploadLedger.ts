/** Parts of large objects that arrived at a store, kept in the user's cache folder for a later push to continue. */
import { sha256Of } from '../base/sha256.ts';
import { isPondError } from '../base/error.ts';
import { fieldsOf, parseJson } from '../base/json.ts';
import { type PartialUpload, type UploadedPart, type UploadLedger } from '../remote/s3Settings.ts';
import { type Disk } from '../storage/disk.ts';
import { joinPath } from '../storage/diskPath.ts';
import { removeQuietly, replaceUnflushed } from '../storage/durable.ts';

/** Returns the ledger of uploads in a folder. What cannot be read or written there is uploaded again. */
export function uploadsIn(disk: Disk, folder: string): UploadLedger {
  const pathOf = (key: string): string => joinPath(folder, `upload-${sha256Of(key).slice(0, 32)}`);
  return {
    get(key) {
      const bytes = optional(() => disk.readFile(pathOf(key)));
      return bytes && parseUpload(bytes);
    },
    set(key, upload) {
      if (upload === undefined) return removeQuietly(disk, pathOf(key));
      optional(() => replaceUnflushed(disk, pathOf(key), Buffer.from(JSON.stringify(upload))));
    },
  };
}

/** A cache that cannot be read or written costs requests, and must not fail a push. */
export function optional<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isPondError(error)) return undefined;
    throw error;
  }
}

function parseUpload(bytes: Uint8Array): PartialUpload | undefined {
  const { uploadId, sha256, partBytes, parts } = fieldsOf(parseJson(bytes));
  if (typeof uploadId !== 'string' || typeof sha256 !== 'string' || typeof partBytes !== 'number') return undefined;
  if (!Array.isArray(parts)) return undefined;
  const parsed = parts.map(parsePart);
  return parsed.every((part) => part !== undefined) ? { uploadId, sha256, partBytes, parts: parsed } : undefined;
}

function parsePart(value: unknown): UploadedPart | undefined {
  const { number, etag, sha256 } = fieldsOf(value);
  if (typeof number !== 'number' || typeof etag !== 'string' || typeof sha256 !== 'string') return undefined;
  return { number, etag, sha256 };
}
