import { type KindVerbs } from '../../model/kindVerb.ts';

/** The verb that stages random entries without a resource. */
export const scribbleVerbs = {
  scribble: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./scribbleVerb.ts')).scribble,
  },
} satisfies KindVerbs;
