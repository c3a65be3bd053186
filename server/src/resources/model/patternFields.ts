import { textOf, entryOf, type MapNode, partRange } from '../../documents/yamlNode.ts';
import { checkPlaceholders } from '../../documents/placeholders.ts';
import { type Problem } from '../../documents/problem.ts';
import { type Field, required } from '../../documents/schema.ts';
import { hasTemplate } from '../../documents/templateText.ts';
import { outPatternText, pondGlobText } from '../../documents/fieldTypes.ts';

/** Input pattern and output names of a dataset; Reduce and Template have these fields. */
export const patternFields: Readonly<Record<string, Field>> = {
  in_pattern: required(
    pondGlobText,
    'Pond paths of the inputs. Its wildcards are numbered from the left, the first is `$0`.',
    '/Combine/stations/*/combine',
  ),
  out_pattern: required(
    outPatternText,
    'Name of the output. `$0`, `$1`, … stand for what the wildcards of `in_pattern` matched.',
    'site=$0',
  ),
};

/** Returns a problem for each `$N` in `out_pattern` that has no wildcard in `in_pattern`. */
export function checkPatterns(node: MapNode): readonly Problem[] {
  const inPattern = textOf(node, 'in_pattern');
  const outPattern = entryOf(node, 'out_pattern')?.value;
  if (inPattern === undefined || hasTemplate(inPattern) || outPattern?.type !== 'scalar') return [];
  if (typeof outPattern.value !== 'string' || hasTemplate(outPattern.value)) return [];
  return checkPlaceholders(inPattern, outPattern.value).map(({ part, ...issue }) => ({
    ...issue,
    severity: 'error',
    range: partRange(outPattern, part),
  }));
}
