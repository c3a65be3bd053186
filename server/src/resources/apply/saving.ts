/** Documents that are written in the pond itself, as when an editor saves one. */
import { PondError } from '../../base/error.ts';
import { type FS } from '../../tinyfs/fs.ts';
import { basename, dirname } from '../../tinyfs/path.ts';
import { type WD } from '../../tinyfs/workingDirectory.ts';
import { invalidError } from '../derivedEntries.ts';
import { isKindName } from '../kindNames.ts';
import { readHome, readHomes, type ResourceHome } from '../readResource.ts';
import { documentName } from '../resource.ts';
import { type ResourcePond } from '../resourcePond.ts';
import { isUuid } from '../texts.ts';
import { idOfTarget } from './place.ts';

/** A home, by its place. */
export interface HomePlace {
  readonly kind: string;
  readonly id: string;
}

/** Returns the home whose document stands at an absolute path without links; undefined for any other path. */
export function homeOfDocument(path: string): HomePlace | undefined {
  const [root, kind = '', id = '', name, ...rest] = path.split('/');
  const isDocument = root === '' && name === documentName && rest.length === 0 && isKindName(kind) && isUuid(id);
  return isDocument ? { kind, id } : undefined;
}

/** Returns the home whose document is written by writing to a path, which may go through links; undefined for others. */
export async function homeWrittenTo(root: WD, path: string): Promise<HomePlace | undefined> {
  if (basename(path) !== documentName) return undefined;
  const home = await root.get(dirname(path));
  return home === undefined ? undefined : homeOfDocument(`${home.path}/${documentName}`);
}

/**
 * Lets the link of a home follow the name in its document, which was just stored. A document with errors keeps the link
 * that there is. Fails `already-exists` when something else has the name.
 */
export async function followName(fs: FS, place: HomePlace): Promise<void> {
  const home = await readHome(fs, place.kind, place.id);
  if (home?.resource === undefined) return;
  const root = await fs.root();
  const link = linkOf(home);
  const links = await linksTo(root, place);
  if (!links.includes(link)) {
    if ((await root.get(link, { followLinks: false })) !== undefined) throw takenError(home);
    await root.createSymlink(link, place.id);
  }
  for (const other of links) if (other !== link) await root.remove(other);
}

/** Returns the paths of the links in a kind's directory that lead to a home. */
export async function linksTo(root: WD, { kind, id }: HomePlace): Promise<readonly string[]> {
  const links = (await root.list(`/${kind}`)).filter(({ node }) => node.type === 'symlink');
  const paths: string[] = [];
  for (const { path } of links) if (idOfTarget(kind, await root.readlink(path)) === id) paths.push(path);
  return paths;
}

/**
 * Fails `resource-invalid` when a document of the working tree that is not as in the newest commit has errors, or has a name
 * that does not lead to it: a commit makes documents live.
 */
export async function requireValid(pond: ResourcePond): Promise<void> {
  const homes = await readHomes(pond.fs);
  if (homes.length === 0) return;
  const root = await pond.fs.root();
  const committed = await pond.at(String(pond.head.number));
  for (const home of homes) {
    const place = { kind: home.kind.kind, id: home.id };
    if ((await readHome(committed, place.kind, place.id))?.sha256 === home.sha256) continue;
    if (home.resource === undefined) throw invalidError(home);
    if (!(await linksTo(root, place)).includes(linkOf(home))) throw unnamedError(home);
  }
}

const linkOf = ({ kind, name }: ResourceHome): string => `/${kind.kind}/${name}`;

function takenError(home: ResourceHome): PondError {
  return new PondError('already-exists', `something else is at ${linkOf(home)}`, {
    path: linkOf(home),
    hint: 'Call the resource something else, or remove what is there first.',
  });
}

function unnamedError(home: ResourceHome): PondError {
  const path = `${home.home}/${documentName}`;
  return new PondError(
    'resource-invalid',
    `the document is called "${home.name}", but ${linkOf(home)} is not its link`,
    {
      path,
      hint: 'Save the document again, or apply it.',
    },
  );
}
