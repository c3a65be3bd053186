import { PondError } from '../base/error.ts';
import { titleOf } from '../resources/model/resourcePath.ts';
import { type PartOfResource, partAt } from '../resources/partOfResource.ts';
import { type Command } from './verb.ts';

/**
 * Stages the removal of the paths, all or none; of links themselves, but a resource goes with its name. Fails as
 * WorkingDirectory.remove, and `invalid-path` for the document of a resource.
 */
export const remove: Command<'remove'> = async ({ fs }, { paths, recursive }) => {
  const root = await fs.root();
  await fs.backend.batch(async () => {
    for (const path of paths) {
      // The name of a resource is a link, which is removed without asking elsewhere.
      const part = recursive ? undefined : await partAt(fs, path);
      if (part !== undefined && part.part !== 'document') throw fullError(part);
      await root.remove(path, { recursive });
    }
  });
  return { removed: paths.length };
};

function fullError({ path, home }: PartOfResource): PondError {
  return new PondError('directory-not-empty', `${path} is the resource ${titleOf(home)}`, {
    path,
    hint: `'pond rm -r ${path}' removes it with all that it holds.`,
  });
}
