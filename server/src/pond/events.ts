import { type PondNode } from './node.ts';
import { type EntryChange, type Overlay } from './overlay.ts';
import { type PathEvent, type PondEvent } from './types.ts';

export interface Events {
  tell(event: PondEvent): void;
  /** Returns what ends the listening. */
  listen(listener: (event: PondEvent) => void): () => void;
  clear(): void;
}

/** Who wants to hear of a pond's changes. */
export function createEvents(): Events {
  const listeners = new Set<(event: PondEvent) => void>();
  return {
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear: () => listeners.clear(),
  };
}

/** What happened at a path, from the state that it had and the one that it has. */
export function pathEvent(
  path: string,
  { node, base }: { readonly node: PondNode | null; readonly base: PondNode | undefined },
): PathEvent {
  return { path, kind: node === null ? 'deleted' : base === undefined ? 'created' : 'changed' };
}

/** What a change does at its path, seen from the overlay that it is about to be made in. */
export function changeEvent(overlay: Overlay, { directory, name, node, base }: EntryChange): PathEvent {
  const path = [...directory.slice(1).map((step) => step.name), name].map((step) => `/${step}`).join('');
  const staged = overlay.entry(directory[directory.length - 1]!.id, name);
  return pathEvent(path, { node, base: (staged === undefined ? base : staged.node) ?? undefined });
}
