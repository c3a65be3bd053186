/** The requests that look through a tree. See commands.ts for the rules common to all requests. */
import { type FileTypeName, type NodeInfo } from './info.ts';

type InTree = { readonly pond: string; readonly at?: string };

/** Lines that a search found. */
export interface GrepInfo {
  readonly matches: readonly GrepMatch[];
  /** True when there are more lines than the limit. */
  readonly hasMore: boolean;
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
  /** Lines that contain a text, in the text files at, below or matching the paths; at most `limit` (10,000). */
  grep: {
    params: InTree & {
      readonly text: string;
      readonly paths: readonly string[];
      readonly ignoreCase?: boolean;
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
