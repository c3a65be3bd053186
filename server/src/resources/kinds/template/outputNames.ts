import { isName } from '../../../tinyfs/path.ts';
import { type Match } from '../../model/derivedContent.ts';
import { fillPlaceholders } from '../../../documents/placeholders.ts';
import { documentError } from '../../model/documentError.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type CollectionRef, pathOf } from './collection.ts';

/**
 * Returns the outputs of a collection by their relative paths, each with its inputs: one, or more by mistake. Empty
 * components, from a `**` that matched no folder, are dropped. Fails `resource-invalid` for a match that gives no valid
 * name.
 */
export function outputsOf(at: CollectionRef, matches: readonly Match[]): ReadonlyMap<string, readonly Match[]> {
  const outputs = new Map<string, Match[]>();
  for (const match of matches) {
    const output = outputOf(at, match);
    const same = outputs.get(output);
    if (same === undefined) outputs.set(output, [match]);
    else same.push(match);
  }
  return withoutCollisions(outputs);
}

function outputOf(at: CollectionRef, match: Match): string {
  const { resource, collection } = at;
  const components = fillPlaceholders(collection.out_pattern, match.captures)
    .split('/')
    .filter((component) => component !== '');
  if (components.length > 0 && components.every(isName)) {
    return components.join('/');
  }
  throw documentError(
    resource,
    'resource-invalid',
    `${titleOf(resource)}: out_pattern gives ${match.path} no name that a file can have in the collection ${collection.name}`,
    { at: pathOf(at, 'out_pattern') },
  );
}

/**
 * A file cannot have the path of a folder that contains another output: then both sets of inputs share the file's name.
 */
function withoutCollisions(outputs: ReadonlyMap<string, readonly Match[]>): ReadonlyMap<string, readonly Match[]> {
  const kept = new Map(outputs);
  for (const [output, matches] of outputs) {
    const above = parents(output).find((path) => outputs.has(path));
    if (above === undefined) continue;
    kept.delete(output);
    kept.set(above, [...(kept.get(above) ?? []), ...matches]);
  }
  return kept;
}

/** The parent paths of a path, from the top. */
function parents(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}
