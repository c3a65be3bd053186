import { type ErrorCode, type ErrorDetails, PondError } from '../../base/error.ts';
import { type SourcePosition } from '../../base/lineMap.ts';
import { type ValuePath } from '../../documents/yamlNode.ts';
import { type Resource } from './kind.ts';
import { documentPath } from './resourcePath.ts';

/** Part of a `spec`: its path, and a position in the text there. */
interface SpecPart {
  /** The whole `spec` if omitted. */
  readonly at?: ValuePath;
  readonly position?: SourcePosition | undefined;
}

/** Returns an error at a part of the document of a resource. */
export function documentError(
  resource: Resource,
  code: ErrorCode,
  message: string,
  { at = [], position, ...details }: SpecPart & Pick<ErrorDetails, 'hint' | 'cause'> = {},
): PondError {
  const { positions } = resource;
  return new PondError(code, message, {
    ...details,
    path: documentPath(resource),
    position: position === undefined ? positions.rangeOf(at).start : positions.positionIn(at, position),
  });
}
