import { type PondNode } from './node.ts';
import { type EntryChange, type Overlay } from './overlay.ts';
import { type PathEvent } from './change.ts';
import { type PondEvent } from './types.ts';

interface Events {
  notify(event: PondEvent): void;
  /** Adds a listener; returns the function that removes it. */
  listen(listener: (event: PondEvent) => void): () => void;
  clear(): void;
}

/** Listeners to a pond's changes. */
export function createEvents(): Events {
  const listeners = new Set<(event: PondEvent) => void>();
  return {
    notify(event) {
      for (const listener of listeners) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear: () => listeners.clear(),
  };
}

/** Event at a path, given its state before and after. */
export function pathEvent(
  path: string,
  { node, base }: { readonly node: PondNode | null; readonly base: PondNode | undefined },
): PathEvent {
  return { path, kind: node === null ? 'deleted' : base === undefined ? 'created' : 'changed' };
}

/** Event of a change, seen from the overlay before the change is applied. */
export function changeEvent(overlay: Overlay, { directory, name, node, base }: EntryChange): PathEvent {
  const path = [...directory.slice(1).map((step) => step.name), name].map((step) => `/${step}`).join('');
  const staged = overlay.entry(directory[directory.length - 1]!.id, name);
  return pathEvent(path, { node, base: (staged === undefined ? base : staged.node) ?? undefined });
}
