import { entryOf, type YamlNode } from '../../../documents/yamlNode.ts';
import { type Run } from '../../model/kind.ts';
import { scribbleTree, type ScribbleOptions } from './tree.ts';

/** Runs a Scribble: each run adds to the existing entries. */
export const runScribble: Run = async (context) => {
  const { resource, signal, progress } = context;
  const { files, rows, bytes } = await scribbleTree(await context.home(), {
    ...scribbleOptions(resource.spec),
    signal,
    progress: (made) => progress('entries', made),
  });
  return { files, rows, bytes, notes: [] };
};

/** Returns the options in the `spec` of a checked document. */
function scribbleOptions(spec: YamlNode): Pick<ScribbleOptions, 'countMin' | 'countMax' | 'probs'> {
  const probs = entryOf(spec, 'probs')?.value;
  const entries = probs?.type === 'map' ? probs.entries : [];
  return {
    countMin: numberAt(spec, 'count_min'),
    countMax: numberAt(spec, 'count_max'),
    // Types are case-insensitive.
    probs: Object.fromEntries(entries.map(({ key, value }) => [key.toLowerCase(), numberOf(value)])),
  };
}

function numberAt(node: YamlNode, key: string): number {
  return numberOf(entryOf(node, key)?.value);
}

function numberOf(node: YamlNode | undefined): number {
  return node?.type === 'scalar' ? Number(node.value) : 0;
}
