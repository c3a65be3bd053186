import { sha256Of } from '../base/sha256.ts';
import { unlessPondError } from '../base/error.ts';
import { type Cache, createUserCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { readingVersion } from './formats.ts';

/** Minimum size of content about which a text is saved, bytes: the same is found as fast in smaller content. */
const contentBytesMin = 256 * 1024;

const caches = new WeakMap<OpenDisk, Cache>();

/** Texts that are not written yet. */
let unsaved: (() => void)[] = [];

/**
 * Returns what was found in files of this content before, by any process of the user; otherwise finds it, and saves it
 * as text with the next `saveFound`. `name` says all that it depends on. A text that is damaged, or of another version
 * of the program, counts as missing; one that cannot be saved is found again by the next process.
 */
export async function savedOr<T>(
  { name, sizeBytes, openDisk }: { readonly name: string; readonly sizeBytes: number; readonly openDisk: OpenDisk },
  form: { readonly write: (value: T) => string; readonly read: (text: string) => T },
  find: () => Promise<T>,
): Promise<T> {
  if (sizeBytes < contentBytesMin) return await find();
  const key = sha256Of(`reading ${readingVersion} ${name}`);
  const saved = unlessPondError(() => textIn(cacheOf(openDisk).readText(key), key));
  if (saved !== undefined) return form.read(saved);
  const found = await find();
  const text = form.write(found);
  unsaved.push(() => cacheOf(openDisk).writeText(key, `${sha256Of(`${key} ${text}`)}\n${text}`));
  return found;
}

/**
 * Saves what was found so far. Only when the files are known to have had the content that is named: what was found in
 * others would be believed by all later processes.
 */
export function saveFound(): void {
  const texts = unsaved;
  unsaved = [];
  for (const write of texts) unlessPondError(write);
}

/** The text of a file in the cache, without the hash in its first line; undefined for another one. */
function textIn(content: string | undefined, key: string): string | undefined {
  const text = content?.slice(content.indexOf('\n') + 1);
  return content?.startsWith(`${sha256Of(`${key} ${text}`)}\n`) === true ? text : undefined;
}

function cacheOf(openDisk: OpenDisk): Cache {
  const known = caches.get(openDisk);
  if (known !== undefined) return known;
  const cache = createUserCache(openDisk);
  caches.set(openDisk, cache);
  return cache;
}
