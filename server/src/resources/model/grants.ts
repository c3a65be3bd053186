/** One access of one resource. */
export interface HostAccess {
  /** Id of the pond. */
  readonly pond: string;
  /** The resource directory: it stays when the resource is renamed or the pond is moved. */
  readonly home: string;
  /** In words, as the kind states it: `reads /data/*.csv`. */
  readonly access: string;
}

/** Accesses that the person allowed on this computer. They are not in the pond, where a stranger could write them. */
export interface Grants {
  has(access: HostAccess): boolean;
  /** Fails with the storage codes. */
  add(access: HostAccess): void;
  /** A missing one is fine. */
  remove(access: HostAccess): void;
  /** All of a pond, in no order; those that cannot be parsed are left out. */
  list(pond: string): readonly HostAccess[];
}
