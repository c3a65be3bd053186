import { type SomeVerbs } from './verb.ts';

/** Verbs on the history of a pond and on its staged changes. */
export const historyVerbs = {
  status: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./status.ts')).status,
  },
  diff: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./diff.ts')).diff,
  },
  commit: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'nothing-staged',
      result: async ({ pond, message }, call) => {
        const [latest] = await call('log', { pond, limit: 1 });
        return latest?.message === message ? latest : undefined;
      },
    },
    load: async () => (await import('./commit.ts')).commit,
  },
  discard: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: { failsWith: 'nothing-staged', result: async () => ({ discarded: 0 }) },
    load: async () => (await import('./discard.ts')).discard,
  },
  resolve: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: { failsWith: 'nothing-staged', result: async () => null },
    load: async () => (await import('./resolve.ts')).resolve,
  },
  log: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./log.ts')).log,
  },
  show: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./show.ts')).show,
  },
  history: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./log.ts')).history,
  },
  tags: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./tags.ts')).tags,
  },
  setTag: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'already-exists',
      result: async ({ pond, name, at = 'HEAD~1' }, call) => {
        const [tag] = (await call('tags', { pond })).filter((one) => one.name === name);
        const { commit } = await call('show', { pond, commit: at });
        return tag?.commit.number === commit.number ? tag : undefined;
      },
    },
    load: async () => (await import('./tags.ts')).setTag,
  },
  deleteTag: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: { failsWith: 'version-not-found', result: async () => null },
    load: async () => (await import('./tags.ts')).deleteTag,
  },
  undo: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'never',
    load: async () => (await import('./undo.ts')).undo,
  },
  restore: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./restore.ts')).restore,
  },
  check: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./check.ts')).check,
  },
  repair: {
    access: 'none',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./repair.ts')).repair,
  },
  migrate: {
    access: 'none',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  prove: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./prove.ts')).prove,
  },
  checkProof: {
    access: 'none',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./checkProof.ts')).checkProof,
  },
} satisfies SomeVerbs;
