import { join } from 'node:path';
import { withLiterals } from '../duckdb/sql.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { linkToHost } from '../storage/hostTransfer.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';
import { type QuerySource, type SandboxSpec, type SourceFile, type ViewSpec } from './sources.ts';

/**
 * The host files that a database may open, under names that say nothing about the host: links in a directory of this
 * database alone. In the query process that directory is relative, so SQL, errors, plans and the column `filename` have
 * names such as `inputs/0/3f/3f9c…`, the same on every machine.
 *
 * A link leads to a folder of files, as a link for each of thousands would cost more than reading them. Where links cannot
 * be made (a network drive on Windows, FAT), files have the names that the host has for them.
 */
export class FileNames {
  readonly #directory: string;
  readonly #openDisk: OpenDisk;
  readonly #link: typeof linkToHost;
  readonly #links = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** The directory is created with the first link, which `link` makes. */
  constructor(directory: string, openDisk: OpenDisk, link = linkToHost) {
    this.#directory = directory;
    this.#openDisk = openDisk;
    this.#link = link;
  }

  /** All names given so far. */
  get names(): readonly string[] {
    return [...this.#names.values()];
  }

  /** Makes a directory for files of this database. Returns its name. Fails with the storage codes. */
  makeDirectory(name: string): string {
    this.#openDisk(this.#directory).makeDirectory(name);
    return join(this.#directory, name);
  }

  /** The name of a host file. Fails with the storage codes. */
  nameOf(hostPath: string): string {
    const known = this.#names.get(hostPath);
    if (known !== undefined) return known;
    const shown = shownPart.exec(hostPath)?.[0] ?? '';
    const name = this.#linkTo(hostPath.slice(0, hostPath.length - shown.length)) + shown.replaceAll('\\', '/');
    this.#names.set(hostPath, name);
    return name;
  }

  /** The same file under its name here. */
  named<T extends { readonly hostPath: string }>(file: T): T {
    return { ...file, hostPath: this.nameOf(file.hostPath) };
  }

  /** The same spec with the files under their names here. */
  namedSpec(spec: SandboxSpec): SandboxSpec {
    const files = spec.files.map((file) => this.named(file));
    return { ...spec, files, views: spec.views.map((view) => this.#namedView(view)) };
  }

  /** Removes the links. */
  close(): void {
    removeTemporaryDirectory(this.#directory);
    this.#links.clear();
    this.#names.clear();
  }

  #linkTo(target: string): string {
    const known = this.#links.get(target);
    if (known !== undefined) return known;
    if (this.#links.size === 0) this.#openDisk(this.#directory).makeDirectory('');
    const link = join(this.#directory, String(this.#links.size));
    const name = this.#link(target, link) ? link : target;
    this.#links.set(target, name);
    return name;
  }

  #namedView(view: ViewSpec): ViewSpec {
    if ('source' in view) return { ...view, source: this.#namedSource(view.source) };
    return { ...view, sql: withLiterals(view.sql, (text) => this.#names.get(text)) };
  }

  #namedSource(source: QuerySource): QuerySource {
    const named = ({ rowsPath, ...file }: SourceFile): SourceFile => ({
      ...this.named(file),
      ...(rowsPath !== undefined && { rowsPath: this.nameOf(rowsPath) }),
    });
    return { ...source, files: source.files.map(named) };
  }
}

/**
 * The part of a host path that a name shows: of content, two digits and its hash; of another file, its own name, unless
 * DuckDB could take that for a pattern or for several names. A folder has a separator before its name.
 */
const shownPart = /(?<=[\\/].*)[\\/](?:[0-9a-f]{2}[\\/][0-9a-f]{64}|[\w.=-]+)$/;
