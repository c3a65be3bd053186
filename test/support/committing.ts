import { isPondError } from '../../server/src/base/error.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Backend } from '../../server/src/tinyfs/backend.ts';

/** A pond's working tree that commits after each change, or after the outermost batch of them. */
export function committing(pond: Pond): Backend {
  const { backend } = pond.fs;
  let depth = 0;
  const after =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      depth += 1;
      try {
        return await change(...args);
      } finally {
        depth -= 1;
        if (depth === 0) await commitAll(pond);
      }
    };
  return {
    writable: backend.writable,
    root: () => backend.root(),
    lookup: (directory, name) => backend.lookup(directory, name),
    list: (directory) => backend.list(directory),
    read: (node, range) => backend.read(node, range),
    readlink: (node) => backend.readlink(node),
    versions: (node) => backend.versions(node),
    put: after(backend.put.bind(backend)),
    setAttributes: after(backend.setAttributes.bind(backend)),
    remove: after(backend.remove.bind(backend)),
    rename: after(backend.rename.bind(backend)),
    copy: after(backend.copy.bind(backend)),
    batch: <T>(work: () => Promise<T>) => after(() => backend.batch(work))(),
  };
}

/** Commits what is staged; nothing staged is fine. */
export async function commitAll(pond: Pond): Promise<void> {
  try {
    await pond.commit({ message: 'change', author: 'test' });
  } catch (error) {
    if (!isPondError(error, 'nothing-staged')) throw error;
  }
}
