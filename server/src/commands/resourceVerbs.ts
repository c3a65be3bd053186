import { type SomeVerbs } from './verb.ts';

/** Verbs on resources and their runs. */
export const resourceVerbs = {
  kinds: {
    access: 'none',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./kinds.ts')).kinds,
  },
  apply: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./apply.ts')).apply,
  },
  resources: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./resources.ts')).resources,
  },
  references: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./references.ts')).references,
  },
  deleteResources: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: { failsWith: 'resource-not-found', result: async ({ names }) => ({ removed: names }) },
    load: async () => (await import('./deleteResources.ts')).deleteResources,
  },
  run: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./run.ts')).run,
  },
  hostAccess: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./hostAccess.ts')).hostAccess,
  },
  allow: {
    access: 'read',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./hostAccess.ts')).allow,
  },
  backupList: {
    access: 'none',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./backupList.ts')).backupList,
  },
  runs: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./runs.ts')).runs,
  },
  site: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./site.ts')).site,
  },
} satisfies SomeVerbs;
