/** Derived files of a Reduce resource: `COLLECTION/OUTPUT/res=RESOLUTION`. */
import { type PondError } from '../../../base/error.ts';
import { isName } from '../../../tinyfs/path.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Resource } from '../../model/kind.ts';
import {
  type DerivedDirectory,
  type DerivedEntries,
  type DerivedFile,
  type DerivedNode,
  type InputMatcher,
} from '../../model/derivedContent.ts';
import { documentError } from '../../model/documentError.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { matchKey } from '../../series/readingOfMatch.ts';
import { collectInputs, outPatternPath, type OutputInput } from './collectInputs.ts';
import { buildOutput } from './buildOutput.ts';
import { datasetKey } from './datasetInputs.ts';
import { baseUsOf } from './resolution.ts';
import { type ReduceResolution, type ReduceSpec } from './spec.ts';

/**
 * Returns the collections of a resource, each with its outputs in folders. Patterns are matched when a collection is
 * listed.
 */
export function deriveReduce(resource: Resource<ReduceSpec>, inputs: InputMatcher): DerivedEntries {
  return new Map(resource.spec.collections.map(({ name }, index) => [name, collectionNode(resource, index, inputs)]));
}

function collectionNode(resource: Resource<ReduceSpec>, index: number, inputs: InputMatcher): DerivedDirectory {
  return {
    type: 'directory',
    list: async () => {
      const { resolutions, datasets } = resource.spec.collections[index]!;
      const root: Folder = new Map();
      for (const [name, outputInputs] of await collectInputs(['collections', index], datasets, inputs)) {
        addOutput(root, { resource, resolutions, name, inputs: outputInputs });
      }
      return entriesOf(root);
    },
  };
}

type Folder = Map<string, Folder | DerivedFile>;

interface Output {
  readonly resource: Resource;
  /** The resolutions of its collection. */
  readonly resolutions: readonly ReduceResolution[];
  readonly name: string;
  readonly inputs: readonly OutputInput[];
}

function addOutput(root: Folder, output: Output): void {
  let folder = root;
  // A wildcard may match nothing, or several folders.
  for (const component of output.name.split('/').filter((part) => part !== '')) {
    if (!isName(component)) throw nameError(output, component);
    const inner = folder.get(component) ?? new Map<string, never>();
    if (!(inner instanceof Map)) throw takenError(output, component);
    folder.set(component, inner);
    folder = inner;
  }
  for (const resolution of output.resolutions) {
    const name = `res=${resolution.text}`;
    if (folder.has(name)) throw takenError(output, name);
    folder.set(name, resolutionNode(output, resolution));
  }
}

/** The possible outputs are known when their directory is listed; their content is known when it is read. */
function resolutionNode(output: Output, { text, duration }: ReduceResolution): DerivedFile {
  const { resource, resolutions, inputs } = output;
  const { months, microseconds } = duration;
  const keys = inputs.map(({ match, source, dataset, prefix }) => {
    return [...matchKey(match), source.key ?? null, prefix, ...datasetKey(dataset)];
  });
  const durations = resolutions.map((resolution) => resolution.duration);
  const baseUs = baseUsOf(duration, durations);
  return {
    type: 'series',
    key: keyOf('reduce', 3, months, microseconds, keys),
    modifiedUs: Math.max(resource.modifiedUs, ...inputs.map(({ match }) => match.modifiedUs)),
    make: (materializer, job) =>
      buildOutput({ resource, resolution: { text, duration }, baseUs, inputs }, { materializer, job }),
  };
}

function takenError(output: Output, component: string): PondError {
  const message = `output "${output.name}" meets "${component}" of another output`;
  return outputError(
    output,
    message,
    'Change an out_pattern, so that no output has its folder where another has its series.',
  );
}

function nameError(output: Output, component: string): PondError {
  const path = output.inputs[0]?.match.path;
  const message = `out_pattern gives ${path} the name "${component}", which nothing can have`;
  return outputError(output, message, 'Change the out_pattern: a name is not "." or "..", and has at most 255 bytes.');
}

function outputError({ resource, inputs }: Output, message: string, hint: string): PondError {
  const at = inputs[0] === undefined ? [] : outPatternPath(inputs[0]);
  return documentError(resource, 'resource-invalid', `${titleOf(resource)}: ${message}`, { at, hint });
}

function entriesOf(folder: Folder): DerivedEntries {
  return new Map(
    [...folder].map(([name, node]): [string, DerivedNode] => [
      name,
      node instanceof Map ? { type: 'directory', list: () => Promise.resolve(entriesOf(node)) } : node,
    ]),
  );
}
