import { type ResourceKind } from './model/kind.ts';
import { backup } from './kinds/backup/kind.ts';
import { combine } from './kinds/combine/kind.ts';
import { copy } from './kinds/copy/kind.ts';
import { derive } from './kinds/derive/kind.ts';
import { hydroVu } from './kinds/hydroVu/kind.ts';
import { inbox } from './kinds/inbox/kind.ts';
import { reduce } from './kinds/reduce/kind.ts';
import { scribble } from './kinds/scribble/kind.ts';
import { template } from './kinds/template/kind.ts';

/** All kinds of resources, in the order of the data flow; all lists of resources use this order. */
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
