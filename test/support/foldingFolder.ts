/** A folder as of a disk that takes names for one whose letters differ in case, or in the form of their accents. */
import { type HostFolder } from '../../server/src/storage/hostFolder.ts';
import { folded, type NameFolding } from '../../server/src/storage/nameFolding.ts';

/** Returns the folder with that folding, whatever its own disk does: a name leads to the item that has it there. */
export function foldingFolder(folder: HostFolder, folding: NameFolding): HostFolder {
  const own = (path: string): string => {
    let at = '';
    for (const name of path === '' ? [] : path.split('/')) {
      const key = folded(name, folding);
      const found = folder.list(at).find((item) => folded(item.name, folding) === key);
      at = `${at === '' ? '' : `${at}/`}${found?.name ?? name}`;
    }
    return at;
  };
  return {
    ...folder,
    list: (directory) => folder.list(own(directory)),
    stat: (path) => folder.stat(own(path)),
    read: (path) => folder.read(own(path)),
    readLink: (path) => folder.readLink(own(path)),
    writeNew: (directory, content, mode) => folder.writeNew(own(directory), content, mode),
    linkNew: (directory, target) => folder.linkNew(own(directory), target),
    rename(from, to) {
      const [source, target] = [own(from), own(to)];
      folder.rename(source, source === target ? to : target);
    },
    remove: (path) => folder.remove(own(path)),
    makeDirectory: (path) => folder.makeDirectory(own(path)),
    removeDirectory: (path) => folder.removeDirectory(own(path)),
    removeTree: (path) => folder.removeTree(own(path)),
    sync: (directory) => folder.sync(own(directory)),
    folding: () => folding,
  };
}
