/** The requests that look through a tree. See commands.ts for the rules common to all requests. */
import { type FileTypeName, type NodeInfo } from './info.ts';

type InTree = { readonly pond: string; readonly at?: string };

/** Lines that a search found. */
export interface GrepInfo {
  readonly matches: readonly GrepMatch[];
  /** True when there are more lines than the limit, or files to search. */
  readonly hasMore: boolean;
  /** Start of the next page; null at the end. */
  readonly next: GrepPosition | null;
  /** Number of files that were searched. */
  readonly searched: number;
  /** Number of files that were not searched: binary files, tables, and files with lines of more than 1 MiB. */
  readonly notText: number;
}

interface GrepMatch {
  readonly path: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  /** The first match in the line, in UTF-16 code units. */
  readonly character: number;
  readonly length: number;
}

/** A position in a search: after a line of a file, which one of the requested paths led to. */
export interface GrepPosition {
  /** Index of the requested path. */
  readonly index: number;
  readonly path: string;
  readonly line: number;
}

/** Files that were found by their names. */
export interface FoundFilesInfo {
  /** Paths by the names of their resources, the best first. */
  readonly paths: readonly string[];
  /** Number of all that match, and of those that were looked at. */
  readonly total: number;
  readonly searched: number;
}

/** Sizes of the current files in a directory, or of one file. */
export interface UsageInfo {
  readonly path: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  readonly files: number;
  /** Sum of the sizes of all files. */
  readonly bytes: number;
  /** Of these, bytes of contents that an earlier file below the path has too, and that are stored once. */
  readonly sharedBytes: number;
  /** Files that are computed when they are read, which are not in the pond and not counted. */
  readonly derived: number;
}

export interface SearchCommands {
  /**
   * Entries below a directory, or among the matches of a glob, that all conditions accept. `name` is a pattern of the last
   * name; `newer` and `older` are ISO times or versions; sizes are in bytes, both inclusive, and leave out directories.
   */
  find: {
    params: InTree & {
      readonly path: string;
      readonly name?: string;
      readonly type?: FileTypeName;
      readonly newer?: string;
      readonly older?: string;
      readonly sizeMin?: number;
      readonly sizeMax?: number;
    };
    result: readonly NodeInfo[];
  };
  /**
   * Files whose path has the letters of `text` in order: those from `start` (0) on, at most `limit` (100). With `areTables`,
   * only files that a query reads.
   */
  findFiles: {
    params: InTree & {
      readonly text: string;
      readonly areTables?: boolean;
      readonly start?: number;
      readonly limit?: number;
    };
    result: FoundFilesInfo;
  };
  /**
   * Lines that contain a text, or match an expression of JavaScript (`regex`), in the text files at, below or matching the
   * paths; at most `limit` (10,000). `exclude` are patterns of paths, or of the last name. With `paged`, a page also ends
   * after 16 MiB of files; the next one begins `after` its `next`.
   */
  grep: {
    params: InTree & {
      readonly text: string;
      readonly paths: readonly string[];
      readonly ignoreCase?: boolean;
      readonly regex?: boolean;
      readonly exclude?: readonly string[];
      readonly paged?: boolean;
      readonly after?: GrepPosition;
      /** Only the first line of each file. */
      readonly filesOnly?: boolean;
      readonly limit?: number;
    };
    result: GrepInfo;
  };
  /** Bytes of the current files below a path, for it and the directories down to `depth` (1) below it. */
  diskUsage: {
    params: InTree & { readonly path: string; readonly depth?: number };
    result: readonly UsageInfo[];
  };
}
