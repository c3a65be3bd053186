import { basename, dirname } from 'node:path';
import { type Command } from './verb.ts';
import { requireOutside } from './hostPaths.ts';

/**
 * Writes an Observable Framework project of the derived output of a version's resources, or of the working tree's.
 * Fails as writeSite, and `invalid-path` in the pond's own folder.
 */
export const site: Command<'site'> = async (
  pond,
  { at, directory, title, ...params },
  { signal, progress, effects },
) => {
  requireOutside(params.pond, directory);
  const { writeSite } = await import('../publish/site/writeSite.ts');
  const fs = at === undefined ? pond.fs : await pond.at(at);
  // Reports an existing file.
  effects.openDisk(directory).makeDirectory('');
  return await writeSite({
    openDisk: effects.openDisk,
    fs,
    inputs: pond.layer.inputs(fs),
    materializer: pond.layer.materializer,
    directory,
    title: title ?? nameOf(params.pond),
    job: { signal, progress },
  });
};

/** Name of a pond's folder or, for a `.pond` folder, of its parent. */
function nameOf(pond: string): string {
  return basename(pond) === '.pond' ? basename(dirname(pond)) : basename(pond);
}
