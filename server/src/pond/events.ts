import { type PondNode } from './node.ts';
import { type EntryChange } from './overlay.ts';
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

/** What happened at a path, from the state that it was based on and the one that it has. */
export function pathEvent(
  path: string,
  { node, base }: { readonly node: PondNode | null; readonly base: PondNode | undefined },
): PathEvent {
  return { path, kind: node === null ? 'deleted' : base === undefined ? 'created' : 'changed' };
}

/** What happened where a change was made. */
export function changeEvent({ directory, name, node, base }: EntryChange): PathEvent {
  const path = [...directory.slice(1).map((step) => step.name), name].map((step) => `/${step}`).join('');
  return pathEvent(path, { node, base: base ?? undefined });
}
