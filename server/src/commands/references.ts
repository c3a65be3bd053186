import { displayPaths } from '../resources/displayPath.ts';
import { linkOf, titleOf } from '../resources/model/resourcePath.ts';
import { readResources } from '../resources/readResource.ts';
import { referencesTo } from '../resources/references.ts';
import { type Command } from './verb.ts';

/** The resources whose documents name a path, or what is below it; not the one that the path is in. */
export const references: Command<'references'> = async ({ fs }, { name: path }) => {
  const shown = await displayPaths([fs]).path(path);
  const inResource = (home: string): boolean => path === home || path.startsWith(`${home}/`);
  const documents = await readResources(fs);
  const others = documents.filter((reader) => !inResource(reader.home) && !inResource(linkOf(reader)));
  return referencesTo(others, [...new Set([path, shown])]).map(({ reader, ranges }) => ({
    resource: titleOf(reader),
    directory: reader.home,
    ranges: ranges.map(({ start, end }) => ({ start, end })),
  }));
};
