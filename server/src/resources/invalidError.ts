import { PondError } from '../base/error.ts';
import { documentName } from './model/resourcePath.ts';
import { type StoredResource } from './readResource.ts';

/** Returns the error for a resource directory whose document has errors; it reports the first one. */
export function invalidError(home: StoredResource): PondError {
  const errors = home.problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new PondError(
    'resource-invalid',
    `${home.kind.kind}/${home.name} has errors: ${first?.message ?? 'it cannot be read'}${more}`,
    {
      path: `${home.home}/${documentName}`,
      ...(first && { position: first.range.start }),
      ...(first?.hint === undefined ? {} : { hint: first.hint }),
    },
  );
}
