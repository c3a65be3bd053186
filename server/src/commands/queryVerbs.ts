import { type SomeVerbs } from './verb.ts';

/** Verbs on queries and their results. Results that a process holds need no trust. */
export const queryVerbs = {
  describe: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./describe.ts')).describe,
  },
  query: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    // The process keeps a result for each call.
    idempotency: 'repeatable',
    load: async () => (await import('./query.ts')).query,
  },
  rows: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./rows.ts')).rows,
  },
  release: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./release.ts')).release,
  },
  queryToFile: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./queryToFile.ts')).queryToFile,
  },
  queryToText: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'safe',
    stream: 'output',
    load: async () => (await import('./queryToText.ts')).queryToText,
  },
} satisfies SomeVerbs;
