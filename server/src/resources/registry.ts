import { kindLoaders } from './kindNames.ts';
import { type ResourceKind } from './model/kind.ts';

/** All kinds of resources, in the order of kindNames.ts. */
export const resourceKinds: readonly ResourceKind[] = Object.freeze(
  await Promise.all([...kindLoaders.values()].map((load) => load())),
);
