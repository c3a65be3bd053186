import { type KindVerbs } from '../../model/kindVerb.ts';

/** Verbs that try an account before its document is committed. */
export const hydroVuVerbs = {
  hydroVuLocations: {
    access: 'read',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./tryAccount.ts')).hydroVuLocations,
  },
  hydroVuScan: {
    access: 'read',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./tryAccount.ts')).hydroVuScan,
  },
} satisfies KindVerbs;
