import { partRange, type ScalarNode } from './yamlNode.ts';
import { type Problem } from './problem.ts';
import { type TextSchema } from './schema.ts';
import { hasTemplate } from './templateText.ts';

/**
 * Returns the problems that keep a scalar other than null from being a text of that type. A text with a template that
 * is expanded later passes.
 */
export function checkText(node: ScalarNode, shape: TextSchema): readonly Problem[] {
  const { value, range } = node;
  // In place of a secret, a number is as unsafe as a text: it must be replaced, not quoted.
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
