/** All commands: the access that each needs to a pond, and its function, loaded on its first call. */
import { type CommandName } from '../protocol/commands.ts';
import { type Access, type Command } from './context.ts';

/** A command of the table. */
export interface CommandEntry<N extends CommandName> {
  /** 'none': the command concerns the set of ponds and is never forwarded to the process that holds one. */
  readonly access: Access | 'none';
  readonly load: () => Promise<Command<N>>;
}

/** The table: one entry for each name of the protocol. */
export const commands: { readonly [N in CommandName]: CommandEntry<N> } = {
  init: { access: 'none', load: async () => (await import('./init.ts')).init },
  open: { access: 'none', load: async () => (await import('./open.ts')).open },
  close: { access: 'none', load: async () => (await import('./close.ts')).close },
  stat: { access: 'read', load: async () => (await import('./stat.ts')).stat },
  list: { access: 'read', load: async () => (await import('./list.ts')).list },
  children: { access: 'read', load: async () => (await import('./children.ts')).children },
  read: { access: 'read', load: async () => (await import('./read.ts')).read },
  write: { access: 'write', load: async () => (await import('./write.ts')).write },
  makeDirectory: { access: 'write', load: async () => (await import('./makeDirectory.ts')).makeDirectory },
  touch: { access: 'write', load: async () => (await import('./touch.ts')).touch },
  link: { access: 'write', load: async () => (await import('./link.ts')).link },
  remove: { access: 'write', load: async () => (await import('./remove.ts')).remove },
  rename: { access: 'write', load: async () => (await import('./rename.ts')).rename },
  copy: { access: 'write', load: async () => (await import('./copy.ts')).copy },
  import: { access: 'write', load: async () => (await import('./import.ts')).importFiles },
  export: { access: 'read', load: async () => (await import('./export.ts')).exportFiles },
  status: { access: 'read', load: async () => (await import('./status.ts')).status },
  diff: { access: 'read', load: async () => (await import('./diff.ts')).diff },
  commit: { access: 'write', load: async () => (await import('./commit.ts')).commit },
  discard: { access: 'write', load: async () => (await import('./discard.ts')).discard },
  keepStaged: { access: 'write', load: async () => (await import('./keepStaged.ts')).keepStaged },
  log: { access: 'read', load: async () => (await import('./log.ts')).log },
  show: { access: 'read', load: async () => (await import('./show.ts')).show },
  restore: { access: 'write', load: async () => (await import('./restore.ts')).restore },
  check: { access: 'read', load: async () => (await import('./check.ts')).check },
  query: { access: 'read', load: async () => (await import('./query.ts')).query },
  rows: { access: 'read', load: async () => (await import('./rows.ts')).rows },
  release: { access: 'read', load: async () => (await import('./release.ts')).release },
  queryToFile: { access: 'read', load: async () => (await import('./queryToFile.ts')).queryToFile },
  queryToText: { access: 'read', load: async () => (await import('./queryToText.ts')).queryToText },
  kinds: { access: 'none', load: async () => (await import('./kinds.ts')).kinds },
  apply: { access: 'write', load: async () => (await import('./apply.ts')).apply },
  resources: { access: 'read', load: async () => (await import('./resources.ts')).resources },
  deleteResources: { access: 'write', load: async () => (await import('./deleteResources.ts')).deleteResources },
  run: { access: 'write', load: async () => (await import('./run.ts')).run },
  runs: { access: 'read', load: async () => (await import('./runs.ts')).runs },
  hydroVuLocations: { access: 'read', load: async () => (await import('./hydroVuLocations.ts')).hydroVuLocations },
  hydroVuScan: { access: 'read', load: async () => (await import('./hydroVuScan.ts')).hydroVuScan },
  scribble: { access: 'write', load: async () => (await import('./scribble.ts')).scribble },
  site: { access: 'read', load: async () => (await import('./site.ts')).site },
};
