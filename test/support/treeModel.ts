import assert from 'node:assert/strict';
import { type FileSystem } from '../../server/src/tinyfs/fs.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { randomOf } from './random.ts';
import { collect, textRead } from './tree.ts';
import { TreeModel } from './treeModelState.ts';
import { applyOperation, type Attributes, randomOperation } from './treeOperations.ts';

interface TreeModelRun {
  /** Of an empty tree. */
  readonly fs: FileSystem;
  readonly seed: number;
  readonly steps: number;
  /**
   * False for a backend that collects changes into versions: version numbers and older contents are not compared then.
   */
  readonly everyChangeIsAVersion?: boolean;
  /** Runs after each step and returns the file system to continue with: it can commit, or close and reopen. */
  readonly between?: (step: number, fs: FileSystem) => Promise<FileSystem>;
}

/**
 * Runs random operations on a file system and on a plain model. After each the outcome, the tree and the version
 * numbers are equal, at the end also the content of all versions. A failure names the seed, the step and the operation.
 */
export async function runTreeModel({ fs: first, seed, steps, between, ...options }: TreeModelRun): Promise<void> {
  const { everyChangeIsAVersion = true } = options;
  const random = randomOf(seed);
  const model = new TreeModel();
  let fs = first;
  for (let step = 0; step < steps; step++) {
    const operation = randomOperation(random, model.paths());
    const label = `seed ${seed}, step ${step}: ${JSON.stringify(operation)}`;
    assert.equal(await applyOperation(await fs.root(), operation), model.apply(operation), label);
    if (between !== undefined) fs = await between(step, fs);
    assert.deepEqual(
      await linesOfTree(await fs.root(), everyChangeIsAVersion),
      linesOfModel(model, everyChangeIsAVersion),
      label,
    );
  }
  if (everyChangeIsAVersion) await compareVersions(await fs.root(), model, seed);
}

async function linesOfTree(root: WorkingDirectory, withVersions: boolean): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, node } of root.walk()) {
    if (node.type === 'directory') lines.push(line(path, node.type, node.attributes));
    else if (node.type === 'symlink')
      lines.push(line(path, node.type, node.attributes, await root.backend.readlink(node)));
    else
      lines.push(
        line(
          path,
          node.type,
          node.attributes,
          await textRead(root.backend.read(node)),
          withVersions ? node.version : undefined,
        ),
      );
  }
  return lines;
}

function linesOfModel(model: TreeModel, withVersions: boolean): string[] {
  return model.paths().map((path) => {
    const { type, texts, attributes } = model.nodes.get(path)!;
    if (type === 'directory') return line(path, type, attributes);
    if (type === 'symlink') return line(path, type, attributes, texts.at(-1));
    return line(path, type, attributes, texts.at(-1), withVersions ? texts.length : undefined);
  });
}

function line(path: string, type: string, attributes: Attributes, text?: string, version?: number): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([path, type, sorted, text, version]);
}

async function compareVersions(root: WorkingDirectory, model: TreeModel, seed: number): Promise<void> {
  for (const [path, { type, texts }] of model.nodes) {
    if (type === 'directory' || type === 'symlink') continue;
    const versions = await collect(root.versions(path));
    const read = await Promise.all(versions.map((node) => textRead(root.backend.read(node))));
    assert.deepEqual(read.reverse(), texts, `seed ${seed}, versions of ${path}`);
  }
}
