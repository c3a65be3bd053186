import { type BackupInfo } from '../protocol/backups.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { kindLoaders } from '../resources/kindNames.ts';
import { kindDirectory, titleOf } from '../resources/model/resourcePath.ts';

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
  for (const { kind, name, resource } of await readResources(tree)) {
    if (kind.copyState === undefined) continue;
    const title = titleOf({ kind, name });
    states.push(resource === undefined ? unreadable(title, stored) : await kind.copyState(resource, stored));
  }
  return states;
}

/** State of a copy whose document has errors: nothing says where it is. */
function unreadable(resource: string, { latest }: StoredFiles): BackupInfo {
  return {
    ...{ resource, text: 'not backed up: its document has errors', address: '', commit: null },
    ...{ missing: Math.min(1000, latest + 1), time: null, verified: null, verifiedShare: null },
  };
}
