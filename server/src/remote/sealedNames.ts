/**
 * Names of the sealed layout. The folders of a pond and the numbers of log entries stay; every other name is encrypted by
 * itself, always to the same text, so that an object is found without a list of names, and a list of names can be read
 * with the key.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** Folders that have the same name in both layouts. */
const plainFolders = new Set([...['_delta_log', '_pond', '_pond/blobs', '_pond/tips', '_pond/probe', '_pond/prune']]);
/** Objects that have the same name in both layouts. */
const plainObject = /^_delta_log\/\d{20}\.json$|^_pond\/remote\.json$/;
/** An encrypted name comes after every log entry in a listing. */
const sealedName = /^x[\w-]+$/;
const ivBytes = 16;

/** Encrypts names. The same path gives the same text. */
export class SealedNames {
  /** For the part of a name that checks it. */
  readonly #checkKey: Uint8Array;
  /** For the part of a name that hides it. */
  readonly #hideKey: Uint8Array;

  constructor(keys: { readonly check: Uint8Array; readonly hide: Uint8Array }) {
    this.#checkKey = keys.check;
    this.#hideKey = keys.hide;
  }

  /** Returns the key of an object, or of a folder (with `/` at its end), in the sealed layout. */
  seal(key: string): string {
    return this.#mapped(key, (name, parent) => this.#sealName(name, parent));
  }

  /** Returns the key of an object in the open layout; undefined when the name is not one that `seal` gives. */
  unseal(sealed: string): string | undefined {
    const names: string[] = [];
    for (const name of sealed.split('/')) {
      const parent = names.join('/');
      const path = parent === '' ? name : `${parent}/${name}`;
      const plain = isPlain(path) ? name : this.#unsealName(name, parent);
      if (plain === undefined) return undefined;
      names.push(plain);
    }
    return names.join('/');
  }

  #mapped(key: string, map: (name: string, parent: string) => string): string {
    const names = key.split('/');
    return names
      .map((name, index) => {
        const parent = names.slice(0, index).join('/');
        return name === '' || isPlain(names.slice(0, index + 1).join('/')) ? name : map(name, parent);
      })
      .join('/');
  }

  #sealName(name: string, parent: string): string {
    const iv = this.#ivOf(name, parent);
    const cipher = createCipheriv('aes-256-ctr', this.#hideKey, iv);
    return `x${Buffer.concat([iv, cipher.update(name, 'utf8'), cipher.final()]).toString('base64url')}`;
  }

  #unsealName(text: string, parent: string): string | undefined {
    const bytes = sealedName.test(text) ? Buffer.from(text.slice(1), 'base64url') : Buffer.alloc(0);
    if (bytes.length <= ivBytes) return undefined;
    const iv = bytes.subarray(0, ivBytes);
    const decipher = createDecipheriv('aes-256-ctr', this.#hideKey, iv);
    const name = Buffer.concat([decipher.update(bytes.subarray(ivBytes)), decipher.final()]).toString('utf8');
    return timingSafeEqual(iv, this.#ivOf(name, parent)) ? name : undefined;
  }

  /** Starts the encryption of a name, and proves that it is the name of that folder. */
  #ivOf(name: string, parent: string): Buffer {
    return createHmac('sha256', this.#checkKey).update(`${parent}\0${name}`).digest().subarray(0, ivBytes);
  }
}

/** True for a path that is the same in both layouts. */
function isPlain(path: string): boolean {
  return plainFolders.has(path) || plainObject.test(path);
}
