import { isPondError } from '../base/error.ts';
import { type Pond } from '../pond/types.ts';
import { readResources } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';

/**
 * Returns the error of a search for resources in the latest commit: when those that the working tree has answer to the
 * names, its hint is a commit. Any other error stays as it is. Without `kind`, resources of all kinds are meant.
 */
export async function stagedError(
  error: unknown,
  pond: Pick<Pond, 'fs'>,
  { names = [], kind }: { readonly names?: readonly string[] | undefined; readonly kind?: string },
): Promise<unknown> {
  if (!isPondError(error, 'resource-not-found')) return error;
  const staged = (await readResources(pond.fs)).filter((one) => kind === undefined || one.kind.kind === kind);
  try {
    if (selectResources(staged, names).length === 0) return error;
  } catch (missing) {
    if (isPondError(missing, 'resource-not-found')) return error;
    throw missing;
  }
  return error.with({
    message: `${error.message} in the latest commit`,
    hint: 'It is staged; a commit makes it live.',
  });
}
