/** Derived files of a Template: one for each match, at the path that out_pattern gives. */
import { PondError } from '../../../base/error.ts';
import { writeHostStream } from '../../../storage/hostStream.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Derive, type Resource } from '../../model/kind.ts';
import {
  type DerivedDirectory,
  type DerivedEntries,
  type DerivedFile,
  type DerivedNode,
  type InputMatcher,
  type Match,
} from '../../model/derivedContent.ts';
import { documentName, resourceDirectory, titleOf } from '../../model/resourcePath.ts';
import { collectionsOf, type TemplateCollection } from './collections.ts';
import { outputsOf } from './outputNames.ts';
import { renderMatch } from './render.ts';

/** Returns a directory for each collection of a Template. */
export const deriveTemplates: Derive = (resource, inputs) =>
  new Map(
    collectionsOf(resource).map((collection): [string, DerivedNode] => [
      collection.name,
      { type: 'directory', list: () => listOutputs(resource, inputs, collection) },
    ]),
  );

/** A folder while its entries are collected. */
interface Folder {
  readonly entries: Map<string, DerivedNode>;
  readonly folders: Map<string, Folder>;
}

async function listOutputs(
  resource: Resource,
  inputs: InputMatcher,
  collection: TemplateCollection,
): Promise<DerivedEntries> {
  const top = newFolder();
  for (const [output, matches] of outputsOf(resource, collection, await inputs.match(collection.inPattern))) {
    const names = output.split('/');
    const last = names.pop() ?? '';
    folderAt(top, names).entries.set(last, outputFile(resource, collection, output, matches));
  }
  return top.entries;
}

function newFolder(): Folder {
  return { entries: new Map(), folders: new Map() };
}

/** Returns the folder of that name, created if missing. It replaces a file of that name: both cannot exist. */
function folderAt(top: Folder, names: readonly string[]): Folder {
  let at = top;
  for (const name of names) {
    const folder = at.folders.get(name) ?? newFolder();
    const directory: DerivedDirectory = { type: 'directory', list: () => Promise.resolve(folder.entries) };
    at.folders.set(name, folder);
    at.entries.set(name, directory);
    at = folder;
  }
  return at;
}

function outputFile(
  resource: Resource,
  collection: TemplateCollection,
  output: string,
  matches: readonly Match[],
): DerivedFile {
  const template = String(collection.template?.value ?? '');
  const inputs = matches.map(({ path, captures, key }) => [path, captures, key]);
  const key = keyOf('template', 1, template, inputs);
  return {
    type: 'file',
    key,
    modifiedUs: Math.max(resource.modifiedUs, ...matches.map(({ modifiedUs }) => modifiedUs)),
    make: async (workshop, job) => {
      const [match, other] = matches;
      if (match === undefined || other !== undefined) throw sameName(resource, collection, output, matches);
      const write = async (target: string) => {
        const text = await renderMatch({ resource, collection, match }, undefined, workshop, job);
        await writeHostStream(target, onlyChunk(Buffer.from(text)));
      };
      return [await workshop.file(keyOf('template text', key), write, job)];
    },
  };
}

async function* onlyChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function sameName(
  resource: Resource,
  { name, outPattern }: TemplateCollection,
  output: string,
  matches: readonly Match[],
): PondError {
  const [first, second] = matches.map(({ path }) => path);
  const more = matches.length > 2 ? ` and ${matches.length - 2} more` : '';
  const message = `${titleOf(resource)}: ${first} and ${second}${more} are all called "${output}" in the collection ${name}`;
  return new PondError('resource-invalid', message, {
    path: `${resourceDirectory(resource)}/${documentName}`,
    position: outPattern.range.start,
    hint: 'Use more of the wildcards in out_pattern: $0, $1, …',
  });
}
