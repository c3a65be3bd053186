import { type TextRendering } from '../../resources/model/kind.ts';
import { parseResourcePath } from '../../resources/model/resourcePath.ts';
import { readResource } from '../../resources/readResource.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';

/** Context for rendering a derived text with exported files. */
interface Rendering extends Omit<TextRendering, 'resource' | 'path'> {
  /** The tree that `inputs` matches. */
  readonly fs: FileSystem;
}

/**
 * The derived text at a pond path (`/KIND/<uuid>/…`), rendered with the exported files; undefined unless the resource
 * renders exactly one text there. Fails as the resource does.
 */
export async function textWithFiles(path: string, { fs, ...rendering }: Rendering): Promise<string | undefined> {
  const at = parseResourcePath(path);
  const resource = at && (await readResource(fs, at.kind, at.id))?.resource;
  if (at === undefined || resource === undefined) return undefined;
  return await resource.kind.renderText?.({ ...rendering, resource, path: at.below.join('/') });
}
