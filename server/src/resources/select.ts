import { PondError } from '../base/error.ts';
import { didYouMean } from '../base/suggest.ts';
import { type StoredResource } from './readResource.ts';

/**
 * Returns the resources that names refer to, in the order of `homes`; all if there are no names. A name is a NAME that
 * is unique, KIND/NAME, or a UUID. Fails `resource-not-found`.
 */
export function selectResources(
  homes: readonly StoredResource[],
  names: readonly string[] | undefined,
): readonly StoredResource[] {
  if (names === undefined) return homes;
  const wanted = new Set(names.map((name) => selectResource(homes, name)));
  return homes.filter((home) => wanted.has(home));
}

/** Returns the resource that a name refers to. Fails as selectResources. */
export function selectResource(homes: readonly StoredResource[], name: string): StoredResource {
  const wanted = name.replace(/^\//, '');
  const found = homes.filter(
    (home) => wanted === home.name || wanted === `${home.kind.kind}/${home.name}` || wanted.toLowerCase() === home.id,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const names = homes.flatMap((home) => [home.name, `${home.kind.kind}/${home.name}`]);
    const hint = didYouMean(wanted, names) ?? "'pond get' lists the resources.";
    throw new PondError('resource-not-found', `there is no resource "${wanted}"`, { hint });
  }
  const choices = found.map((home) => `${home.kind.kind}/${home.name}`).join(', ');
  throw new PondError('resource-not-found', `several resources are called "${wanted}": ${choices}`, {
    hint: 'Name it with its kind, or by its UUID.',
  });
}
