import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects garbage until all but `most` of the objects are gone; false when they stay. */
export async function areReleased(refs: readonly WeakRef<object>[], most = 0): Promise<boolean> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 50; turn++) {
    await new Promise(setImmediate);
    collect();
    if (refs.filter((ref) => ref.deref() !== undefined).length <= most) return true;
  }
  return false;
}
