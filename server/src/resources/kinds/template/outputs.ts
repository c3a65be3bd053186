/** Derived files of a Template: one for each match, at the path that out_pattern gives. */
import { type PondError } from '../../../base/error.ts';
import { writeHostStream } from '../../../storage/hostStream.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Resource } from '../../model/kind.ts';
import {
  type DerivedDirectory,
  type DerivedEntries,
  type DerivedFile,
  type DerivedNode,
  type InputMatcher,
  type Match,
} from '../../model/derivedContent.ts';
import { documentError } from '../../model/documentError.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type CollectionRef, collectionsOf, pathOf, templateOf } from './collection.ts';
import { outputsOf } from './outputNames.ts';
import { renderMatch } from './render.ts';
import { type TemplateSpec } from './spec.ts';

/** Returns a directory for each collection of a Template. */
export function deriveTemplates(resource: Resource<TemplateSpec>, inputs: InputMatcher): DerivedEntries {
  return new Map(
    collectionsOf(resource).map((at): [string, DerivedNode] => [
      at.collection.name,
      { type: 'directory', list: () => listOutputs(at, inputs) },
    ]),
  );
}

/** A folder while its entries are collected. */
interface Folder {
  readonly entries: Map<string, DerivedNode>;
  readonly folders: Map<string, Folder>;
}

async function listOutputs(at: CollectionRef, inputs: InputMatcher): Promise<DerivedEntries> {
  const top = newFolder();
  for (const [output, matches] of outputsOf(at, await inputs.match(at.collection.in_pattern))) {
    const names = output.split('/');
    const last = names.pop() ?? '';
    folderAt(top, names).entries.set(last, outputFile(at, output, matches));
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

function outputFile(at: CollectionRef, output: string, matches: readonly Match[]): DerivedFile {
  const inputs = matches.map(({ path, captures, key }) => [path, captures, key]);
  const key = keyOf('template', 1, templateOf(at), inputs);
  return {
    type: 'file',
    key,
    modifiedUs: Math.max(at.resource.modifiedUs, ...matches.map(({ modifiedUs }) => modifiedUs)),
    make: async (materializer, job) => {
      const [match, other] = matches;
      if (match === undefined || other !== undefined) throw sameNameError(at, output, matches);
      const write = async (target: string) => {
        const text = await renderMatch({ ...at, match }, undefined, materializer, job);
        await writeHostStream(target, onlyChunk(Buffer.from(text)));
      };
      return [await materializer.file(keyOf('template text', key), write, job)];
    },
  };
}

async function* onlyChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function sameNameError(at: CollectionRef, output: string, matches: readonly Match[]): PondError {
  const { resource, collection } = at;
  const [first, second] = matches.map(({ path }) => path);
  const more = matches.length > 2 ? ` and ${matches.length - 2} more` : '';
  const message = `${titleOf(resource)}: ${first} and ${second}${more} are all called "${output}" in the collection ${collection.name}`;
  return documentError(resource, 'resource-invalid', message, {
    at: pathOf(at, 'out_pattern'),
    hint: 'Use more of the wildcards in out_pattern: $0, $1, …',
  });
}
