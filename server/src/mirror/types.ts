/** Types of a mirror: a directory of a pond and a folder of the host, compared with their last common state. */
import { type HostItemState } from '../storage/hostFolder.ts';
import { type Node } from '../tinyfs/backend.ts';

/**
 * Content of a side at a path, as a text: two equal values are the same content. `directory`, `file SHA256`, `link
 * SHA256` of the target, or `derived KEY` for content of the pond that is only written out.
 */
export type SideValue = string;

export const directoryValue: SideValue = 'directory';

/** SideValue of a file or a link, from the SHA-256 of its content or target. */
export const fileValue = (sha256: string): SideValue => `file ${sha256}`;
export const linkValue = (sha256: string): SideValue => `link ${sha256}`;
export const derivedValue = (key: string): SideValue => `derived ${key}`;
export const isDerived = (value: SideValue | undefined): boolean => value?.startsWith('derived ') === true;
export const isDirectory = (value: SideValue | undefined): boolean => value === directoryValue;

/** The side that decides, or the direction in which changes travel. */
export interface MirrorRules {
  readonly direction: 'both' | 'out' | 'in';
  readonly conflicts: 'ask' | 'pond' | 'folder';
  /** Changes of the folder are committed at the end of a round, or stay staged. */
  readonly commit: 'each' | 'none';
}

/** An item of the pond's side. */
export interface PondItem {
  readonly value: SideValue;
  /** Path below the mirrored directory; it differs from that in the folder by the extension of a table. */
  readonly pondPath: string;
  /** Undefined where the state has the value and the pond was not listed. */
  readonly node: Node | undefined;
  readonly nodeId: string;
  /** Hash of a directory; undefined for anything else. */
  readonly tree?: string;
}

/** An item of the folder's side. */
export interface FolderItem {
  readonly value: SideValue;
  readonly state: HostItemState;
}

/** The last common state of one path, and what the folder's side waits for. */
export interface Ancestor {
  readonly pondPath: string;
  /** Values at the last time that both sides had the same content; undefined before that. */
  readonly pond: SideValue | undefined;
  readonly folder: SideValue | undefined;
  readonly nodeId: string;
  /** Last state of the host item, and its value then. */
  readonly state: HostItemState | undefined;
  readonly seen: SideValue | undefined;
  /** Hash of a directory below which both sides were the same. */
  readonly tree?: string;
  /** Number of the commit with the pond's value. */
  readonly commit: number;
  /** SideValue of the folder that was staged in the pond and awaits a decision there; null for a removal. */
  readonly offered?: SideValue | null;
}

/** Paths of a side or of the state, relative to the folder, in no order. */
export type Items<T> = ReadonlyMap<string, T>;
