import { basename, dirname } from 'node:path';
import { PondError } from '../base/error.ts';
import { requireOutside } from './hostPaths.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { skippedInPond } from './skipped.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command } from './verb.ts';

/**
 * Writes an Observable Framework project of the derived output of a version's resources, or of the working tree's. What
 * cannot be made is skipped, and named in the result. Fails as writeSite, `usage` for an invalid language tag, and
 * `invalid-path` in the pond's own folder.
 */
export const site: Command<'site'> = async (
  pond,
  { at, directory, title, lang, ...params },
  { signal, progress, effects },
) => {
  const settings = { title: title ?? nameOf(params.pond), lang: languageOf(lang ?? 'en') };
  requireOutside(params.pond, directory);
  const { writeSite } = await import('../publish/site/writeSite.ts');
  const fs = await treeAt(pond, at);
  // Reports an existing file.
  effects.openDisk(directory).makeDirectory('');
  const { skipped, ...written } = await writeSite({
    openDisk: effects.openDisk,
    fs,
    inputs: pond.layer.inputs(fs),
    materializer: pond.layer.materializer,
    directory,
    settings,
    job: { signal, progress },
  });
  const items = skipped.map((output) => ({ kind: 'skipped', ...output }) as const);
  return { ...written, ...(await skippedInPond(items, displayPaths([fs]))) };
};

/** Returns a language tag in its usual spelling, such as `en-GB`. */
function languageOf(tag: string): string {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    if (canonical !== undefined) return canonical;
  } catch {
    // Reported below, in the words of the option.
  }
  throw new PondError('usage', `expected a language tag, got "${tag}"`, {
    hint: 'Language tags are such as de, fr or en-GB.',
  });
}

/** Name of a pond's folder or, for a `.pond` folder, of its parent. */
function nameOf(pond: string): string {
  return basename(pond) === '.pond' ? basename(dirname(pond)) : basename(pond);
}
