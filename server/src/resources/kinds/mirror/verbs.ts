import { type KindVerbs } from '../../model/kindVerb.ts';

/** Verbs that show what mirrors do. */
export const mirrorVerbs = {
  mirrors: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./mirrorsVerb.ts')).mirrors,
  },
  mirrorPlan: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./mirrorPlanVerb.ts')).mirrorPlan,
  },
  mirrorEvents: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./mirrorEventsVerb.ts')).mirrorEvents,
  },
  mirrorStartOver: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./mirrorPlanVerb.ts')).mirrorStartOver,
  },
} satisfies KindVerbs;
