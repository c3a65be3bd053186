import { checkPlaceholders } from '../../documents/placeholders.ts';
import { type FieldIssue, required } from '../../documents/schema.ts';
import { outPatternText, pondGlobText } from '../../documents/fieldTypes.ts';

/** Input pattern and output names of a dataset; Reduce and Template have these fields. */
export const patternFields = {
  in_pattern: required(
    pondGlobText,
    'Pond paths of the inputs. Its wildcards are numbered from the left; the first is `$0`.',
    '/sites/*/readings',
  ),
  out_pattern: required(
    outPatternText,
    'Name of the output. `$0`, `$1`, … are the texts that the wildcards of `in_pattern` matched.',
    'site=$0',
  ),
};

/** Returns an issue for each `$N` in `out_pattern` that has no wildcard in `in_pattern`. */
export function checkPatterns(fields: {
  readonly in_pattern?: string;
  readonly out_pattern?: string;
}): readonly FieldIssue[] {
  const { in_pattern: inPattern, out_pattern: outPattern } = fields;
  if (inPattern === undefined || outPattern === undefined) return [];
  return checkPlaceholders(inPattern, outPattern).map((issue) => ({ ...issue, key: 'out_pattern' }));
}
