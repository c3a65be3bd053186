import { keysOf } from '../base/keys.ts';
import { type CommandName } from '../protocol/commands.ts';
import { kindVerbs } from '../resources/kindVerbs.ts';
import { historyVerbs } from './historyVerbs.ts';
import { queryVerbs } from './queryVerbs.ts';
import { resourceVerbs } from './resourceVerbs.ts';
import { treeVerbs } from './treeVerbs.ts';
import { type SomeVerbs, type Verb } from './verb.ts';

/** Verbs on the set of open ponds. */
const pondsVerbs = {
  init: {
    access: 'none',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'never',
    load: async () => (await import('./init.ts')).init,
  },
  clone: {
    access: 'none',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./clone.ts')).clone,
  },
  cloneFiles: {
    access: 'none',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./cloneFiles.ts')).cloneFiles,
  },
  open: {
    access: 'none',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./open.ts')).open,
  },
  close: {
    access: 'none',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'never',
    load: async () => (await import('./close.ts')).close,
  },
} satisfies SomeVerbs;

/** The declaration of each verb. A command of the protocol without one does not compile. */
export const verbs: { readonly [N in CommandName]: Verb<N> } = {
  ...pondsVerbs,
  ...treeVerbs,
  ...historyVerbs,
  ...queryVerbs,
  ...resourceVerbs,
  ...kindVerbs,
};

/** Names of all verbs. */
export const verbNames: readonly CommandName[] = keysOf(verbs);
