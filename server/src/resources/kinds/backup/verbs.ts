import { type KindVerbs } from '../../model/kindVerb.ts';

/** Verbs on the copies that Backups make. */
export const backupVerbs = {
  backupStatus: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./copies.ts')).backupStatus,
  },
  backupVerify: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./copies.ts')).backupVerify,
  },
  backupPrune: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./copies.ts')).backupPrune,
  },
  backupAdopt: {
    access: 'write',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./adopt.ts')).backupAdopt,
  },
} satisfies KindVerbs;
