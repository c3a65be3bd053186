import { type ResourceKind } from './kind.ts';
import { backup } from './kinds/backup.ts';
import { combine } from './kinds/combine.ts';
import { copy } from './kinds/copy.ts';
import { derive } from './kinds/derive.ts';
import { hydroVu } from './kinds/hydroVu.ts';
import { inbox } from './kinds/inbox.ts';
import { reduce } from './kinds/reduce.ts';
import { scribble } from './kinds/scribble.ts';
import { template } from './kinds/template.ts';

/** All kinds of resources, in the order in which data flow through them: all lists of resources are in it. */
export const resourceKinds: readonly ResourceKind[] = Object.freeze([
  hydroVu,
  inbox,
  scribble,
  derive,
  combine,
  reduce,
  template,
  copy,
  backup,
]);
