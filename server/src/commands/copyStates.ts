import { type BackupInfo } from '../protocol/backups.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { kindLoaders } from '../resources/kindNames.ts';
import { kindDirectory } from '../resources/model/resourcePath.ts';

/**
 * Returns the states of the copies that resources of a tree make of the pond, as this computer remembers them; none for
 * a pond without such resources, for which nothing is loaded. Makes no request.
 */
export async function copyStates(tree: FileSystem, stored: StoredFiles): Promise<readonly BackupInfo[]> {
  const root = await tree.root();
  const names = (await root.list('/')).map(({ path }) => path);
  const present = [...kindLoaders].filter(([kind]) => names.includes(kindDirectory(kind)));
  const kinds = await Promise.all(present.map(([, load]) => load()));
  if (kinds.every(({ copyState }) => copyState === undefined)) return [];
  const { readResources } = await import('../resources/readResource.ts');
  const states: BackupInfo[] = [];
  for (const { resource } of await readResources(tree)) {
    if (resource?.kind.copyState !== undefined) states.push(await resource.kind.copyState(resource, stored));
  }
  return states;
}
