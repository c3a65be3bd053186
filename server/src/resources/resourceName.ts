import { type FileSystem } from '../tinyfs/fs.ts';
import { basename, isName } from '../tinyfs/path.ts';
import { readResource } from './readResource.ts';
import { ResourceLinks } from './resourceLinks.ts';
import { idOfTarget, linkOf, type ResourceId } from './model/resourcePath.ts';

/**
 * Returns the name of the resource with a UUID in a tree: the name of a link to its directory. Undefined without such a
 * link. The document usually has the name; a document with errors may have a different one, so then the links are
 * searched.
 */
export async function resourceName(fs: FileSystem, resource: ResourceId): Promise<string | undefined> {
  const { kind, id } = resource;
  const root = await fs.root();
  const declared = (await readResource(fs, kind, id))?.name;
  if (declared !== undefined && isName(declared)) {
    const link = await root.get(linkOf({ kind, name: declared }), { followLinks: false });
    if (link?.node.type === 'symlink' && idOfTarget(kind, await root.readlink(link.path)) === id) return declared;
  }
  const [link] = await new ResourceLinks(root).to(resource);
  return link === undefined ? undefined : basename(link);
}
