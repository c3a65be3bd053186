import { type SourcePosition, type TextRange } from '../base/lineMap.ts';
import { nodeAt, positionInSource, type ValuePath, type YamlNode } from './yamlNode.ts';

/** Positions of the parts of a decoded value in the text of its document. */
export interface Positions {
  /** Range of the value at a path; of the nearest value around it if there is none. */
  rangeOf(path: ValuePath): TextRange;
  /** Source position of a position in the text at a path; the start of the text if it has escapes or is folded. */
  positionIn(path: ValuePath, position: SourcePosition): SourcePosition;
}

/** Returns the positions of the value that was decoded from a node. */
export function createPositions(root: YamlNode): Positions {
  function rangeOf(path: ValuePath): TextRange {
    const node = nodeAt(root, path);
    return node === undefined ? rangeOf(path.slice(0, -1)) : node.range;
  }

  return {
    rangeOf,
    positionIn(path, position) {
      const node = nodeAt(root, path);
      const exact = node?.type === 'scalar' ? positionInSource(node, position) : undefined;
      return exact ?? rangeOf(path).start;
    },
  };
}
