/**
 * All kinds of resources, in the order of the data flow, each with the function that loads it; all lists of resources
 * use this order. A new kind is one line here. A pond without resources opens without loading any of them: registry.ts
 * loads them all.
 */
import { type ResourceKind } from './model/kind.ts';

/** Loaders of the kinds, by the name of the kind. */
export const kindLoaders: ReadonlyMap<string, () => Promise<ResourceKind>> = new Map<
  string,
  () => Promise<ResourceKind>
>([
  ['HydroVu', async () => (await import('./kinds/hydroVu/kind.ts')).hydroVu],
  ['Inbox', async () => (await import('./kinds/inbox/kind.ts')).inbox],
  ['Tail', async () => (await import('./kinds/tail/kind.ts')).tail],
  ['Scribble', async () => (await import('./kinds/scribble/kind.ts')).scribble],
  ['Derive', async () => (await import('./kinds/derive/kind.ts')).derive],
  ['Combine', async () => (await import('./kinds/combine/kind.ts')).combine],
  ['Query', async () => (await import('./kinds/query/kind.ts')).query],
  ['Reduce', async () => (await import('./kinds/reduce/kind.ts')).reduce],
  ['Template', async () => (await import('./kinds/template/kind.ts')).template],
  ['Mirror', async () => (await import('./kinds/mirror/kind.ts')).mirror],
  ['Copy', async () => (await import('./kinds/copy/kind.ts')).copy],
  ['Backup', async () => (await import('./kinds/backup/kind.ts')).backup],
]);

/** Kinds whose resource directories only their runs write, apart from the document. */
const readOnlyKinds: ReadonlySet<string> = new Set(['Copy']);

/** True for the name of a kind whose resource directories are read-only for people. */
export function isReadOnlyKind(name: string): boolean {
  return readOnlyKinds.has(name);
}

/** True for the name of a kind: its directory may contain resource directories. */
export function isKindName(name: string): boolean {
  return kindLoaders.has(name);
}
