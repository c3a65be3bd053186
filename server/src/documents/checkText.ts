import { partRange, type ScalarNode } from './yamlNode.ts';
import { type Problem } from './problem.ts';
import { type TextSchema } from './schema.ts';
import { hasTemplate } from './templateText.ts';

/**
 * Returns what keeps a scalar, which is not null, from being a text of that sort. A text with a template that is
 * expanded later passes.
 */
export function checkText(node: ScalarNode, shape: TextSchema): readonly Problem[] {
  const { value, range } = node;
  // A number is no safer than a text where a secret belongs, and is not to be put in quotes but replaced.
  if (typeof value !== 'string' && shape.secret !== true) {
    const got = typeof value === 'boolean' ? 'true or false' : 'a number';
    const hint = 'Put the value in quotes.';
    return [{ code: 'type-wrong', severity: 'error', message: `expected ${shape.label}, got ${got}`, range, hint }];
  }
  const text = String(value);
  if (text.trim() === '') {
    return [{ code: 'text-empty', severity: 'error', message: `expected ${shape.label}, got an empty text`, range }];
  }
  if (shape.verbatim !== true && hasTemplate(text)) return [];
  return (shape.check?.(text) ?? []).map(({ part, severity = 'error', ...issue }) => ({
    ...issue,
    severity,
    range: partRange(node, part),
  }));
}
