import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { type ContentType } from '../../server/src/tinyfs/change.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { bytesOf } from './tree.ts';

export type Attributes = Readonly<Record<string, string>>;

/** A change of a tree as plain data. */
export type TreeOperation =
  | { readonly do: 'createFile'; readonly path: string; readonly text: string; readonly type: ContentType }
  | {
      readonly do: 'writeFile';
      readonly path: string;
      readonly text: string;
      readonly create: boolean;
      readonly overwrite: boolean;
    }
  | { readonly do: 'createDirectory'; readonly path: string; readonly parents: boolean }
  | { readonly do: 'createSymlink'; readonly path: string; readonly target: string }
  | { readonly do: 'setAttributes'; readonly path: string; readonly attributes: Attributes }
  | { readonly do: 'remove'; readonly path: string; readonly recursive: boolean }
  | { readonly do: 'rename'; readonly from: string; readonly to: string; readonly overwrite: boolean }
  | {
      readonly do: 'copy';
      readonly from: string;
      readonly to: string;
      readonly overwrite: boolean;
      readonly recursive: boolean;
    };

/** Returns an operation that often succeeds on a tree with these paths, and grows it to a few dozen entries. */
export function randomOperation(random: (count: number) => number, paths: readonly string[]): TreeOperation {
  const pick = <T>(...items: readonly [T, ...T[]]): T => items[random(items.length)] ?? items[0];
  const often = () => random(4) > 0;
  const existing = () => paths[random(paths.length)] ?? '/';
  const name = () => pick('a', 'b', 'c', 'd e', 'é', '\u{1f986}', '%2e');
  const below = () => `${existing()}/${name()}`;
  const anywhere = () =>
    pick(
      existing,
      existing,
      below,
      below,
      () => `${existing()}/../${name()}`,
      () => `./${name()}`,
    )();
  const target = () =>
    pick(
      name,
      existing,
      anywhere,
      () => `../${name()}`,
      () => `${name()}/${name()}`,
    )();
  // All content passes for Parquet, since the target may be a table.
  const text = () => `PAR1 ${100 + random(900)} PAR1`.repeat(1 + random(2));

  const choice = random(paths.length > 40 ? 13 : 10);
  if (choice < 2) return { do: 'createFile', path: below(), text: text(), type: pick('file', 'table', 'series') };
  if (choice < 4) return { do: 'writeFile', path: anywhere(), text: text(), create: often(), overwrite: often() };
  if (choice < 5) return { do: 'createDirectory', path: anywhere(), parents: !often() };
  if (choice < 6) return { do: 'createSymlink', path: below(), target: target() };
  if (choice < 7)
    return { do: 'setAttributes', path: anywhere(), attributes: pick<Attributes>({}, { k: text(), ü: '"' }) };
  if (choice < 8) return { do: 'rename', from: existing(), to: anywhere(), overwrite: often() };
  if (choice < 9) return { do: 'copy', from: existing(), to: anywhere(), overwrite: often(), recursive: often() };
  return { do: 'remove', path: anywhere(), recursive: often() };
}

/** Runs an operation. Returns undefined, or the code with which it failed. */
export async function applyOperation(root: WorkingDirectory, operation: TreeOperation): Promise<ErrorCode | undefined> {
  try {
    await run(root, operation);
    return undefined;
  } catch (error) {
    if (isPondError(error)) return error.code;
    throw error;
  }
}

async function run(root: WorkingDirectory, operation: TreeOperation): Promise<unknown> {
  switch (operation.do) {
    case 'createFile':
      return root.createFile(operation.path, bytesOf(operation.text), operation);
    case 'writeFile':
      return root.writeFile(operation.path, bytesOf(operation.text), operation);
    case 'createDirectory':
      return root.createDirectory(operation.path, operation);
    case 'createSymlink':
      return root.createSymlink(operation.path, operation.target);
    case 'setAttributes':
      return root.setAttributes(operation.path, operation.attributes);
    case 'remove':
      return root.remove(operation.path, operation);
    case 'rename':
      return root.rename(operation.from, operation.to, operation);
    case 'copy':
      return root.copy(operation.from, operation.to, operation);
  }
}
