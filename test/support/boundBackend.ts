import { type Backend } from '../../server/src/tinyfs/backend.ts';

/** A backend whose members are its own properties: it can be spread, to replace some of them. */
export function boundBackend(backend: Backend): Backend {
  return {
    writable: backend.writable,
    root: () => backend.root(),
    lookup: (directory, name) => backend.lookup(directory, name),
    list: (directory) => backend.list(directory),
    read: (node, range) => backend.read(node, range),
    readlink: (node) => backend.readlink(node),
    versions: (node) => backend.versions(node),
    put: (directory, name, node) => backend.put(directory, name, node),
    setAttributes: (directory, name, attributes) => backend.setAttributes(directory, name, attributes),
    remove: (directory, name) => backend.remove(directory, name),
    rename: (from, name, to, newName) => backend.rename(from, name, to, newName),
    copy: (node, to, newName) => backend.copy(node, to, newName),
    batch: (work) => backend.batch(work),
  };
}
