import { type MirrorSettings } from '../../../mirror/compare.ts';
import { type Resource } from '../../model/kind.ts';
import { type MirrorSpec } from './spec.ts';

const deletePercentMax = 50;

/** Returns the settings of a mirror, with the defaults of its document. */
export function settingsOf({ id, spec }: Resource<MirrorSpec>): MirrorSettings {
  const { folder, path, direction = 'both', ignore = [], conflicts = 'ask', commit = 'each', max_delete } = spec;
  return {
    ...{ id, folder, path: path === '/' ? path : path.replace(/\/+$/, ''), ignore, direction, conflicts, commit },
    deletePercentMax: max_delete ?? deletePercentMax,
  };
}
