/** Opens the copies of a pond that a repair reads from: folders, stores by their addresses, and Backups by their names. */
import { isUrl } from '../base/url.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Params } from '../protocol/commands.ts';
import { copyOnDisk, type OpenCopy, type PondCopy } from '../pond/pondCopy.ts';
import { parseLocation } from '../remote/location.ts';
import { copyAtStore } from '../replica/storeCopy.ts';
import { requireAllowed } from '../resources/model/hostAccess.ts';
import { invalidError, readResources } from '../resources/readResource.ts';
import { selectResource } from '../resources/select.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { openRemotePond } from './remotePond.ts';
import { type PondAccess } from './verb.ts';

/** A copy as the caller names it: a URL, or a folder with the name of a Backup in its place. */
export type NamedCopy = NonNullable<Params<'repair'>['copies']>[number];

/** Copies that are open for a repair. */
export class RepairCopies {
  readonly copies: PondCopy[] = [];
  readonly #ponds: PondAccess;
  readonly #pond: string;
  readonly #signal: AbortSignal | undefined;
  readonly #opened: Pick<OpenCopy, 'close'>[] = [];

  constructor(ponds: PondAccess, pond: string, signal: AbortSignal | undefined) {
    this.#ponds = ponds;
    this.#pond = pond;
    this.#signal = signal;
  }

  /** Opens one more copy. Fails `pond-not-found`, `resource-not-found`, `not-allowed`, and as stores do. */
  async add(named: NamedCopy): Promise<void> {
    if (typeof named === 'string') await (isUrl(named) ? this.#addStore(named) : this.#addFolder(named));
    else if (hostPondStorage(named.path).disk.stat('')?.kind === 'directory') this.#addFolder(named.path);
    else this.#keep(await this.#backup(named.name));
  }

  close(): void {
    for (const one of this.#opened) one.close();
  }

  #addFolder(path: string): void {
    this.copies.push(copyOnDisk(path, hostPondStorage(path).disk));
  }

  async #addStore(url: string): Promise<void> {
    const { env } = this.#ponds;
    const { store } = await openRemotePond(parseLocation(url, env), { env, signal: this.#signal });
    this.#keep(copyAtStore(store, this.#signal));
  }

  #keep(copy: OpenCopy): void {
    this.#opened.push(copy);
    this.copies.push(copy);
  }

  /** Opens the copy of a Backup, as far as the pond can still be read. */
  async #backup(name: string): Promise<OpenCopy> {
    const { env, grants } = this.#ponds;
    try {
      return await this.#ponds.reading(this.#pond, async (pond) => {
        const found = selectResource(await readResources(await pond.at('HEAD')), name);
        const { resource } = found;
        if (resource === undefined) throw invalidError(found);
        requireAllowed(pond.id, resource, grants);
        const copy = await resource.kind.openCopy?.(resource, pond.id, { env, signal: this.#signal });
        if (copy !== undefined) return copy;
        throw new PondError('resource-not-found', `"${name}" is not a copy of the pond`);
      });
    } catch (error) {
      const isNoCopy = isPondError(error, 'pond-damaged') || isPondError(error, 'resource-not-found');
      if (!isNoCopy) throw error;
      throw error.with({ hint: 'Name an existing folder, or the address of the copy: s3://… or file:///….' });
    }
  }
}
