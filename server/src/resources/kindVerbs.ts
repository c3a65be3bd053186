import { backupVerbs } from './kinds/backup/verbs.ts';
import { hydroVuVerbs } from './kinds/hydroVu/verbs.ts';
import { mirrorVerbs } from './kinds/mirror/verbs.ts';
import { scribbleVerbs } from './kinds/scribble/verbs.ts';

/** The verbs that kinds of resources contribute. */
export const kindVerbs = { ...backupVerbs, ...hydroVuVerbs, ...mirrorVerbs, ...scribbleVerbs };
