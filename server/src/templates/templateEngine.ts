/**
 * Renders templates that strangers may have written: in a process of its own, with limits in steps, time and memory,
 * and with nothing to reach but the data they are given. The syntax is Jinja's, with Tera's `for key, value in MAP` and
 * group().
 */
import { PondError } from '../base/error.ts';
import { type RenderFault, templateLimits } from './templateMessages.ts';
import { prepareTemplate, type PreparedTemplate } from './templateTags.ts';
import { hasTemplate } from '../documents/templateText.ts';
import { renderInProcess } from './templateProcess.ts';

export interface RenderOptions {
  /** What is rendered, for messages: "the template of Template/pages". By default "the template". */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/**
 * Returns the text that a template gives. `context` is plain data: texts, numbers, booleans, null, lists, and objects
 * whose keys the template sees in byte order. A variable or field that is not there is an error. Nothing is escaped but
 * what goes through the filters `plain` and `tojson`.
 *
 * Fails `template-failed`, with the position in the template where the engine tells it, and `cancelled`.
 */
export async function renderTemplate(template: string, context: object, options: RenderOptions = {}): Promise<string> {
  const { name = 'the template', signal } = options;
  if (template.length > templateLimits.sourceLengthMax) {
    throw failure(`${name} is longer than ${templateLimits.sourceLengthMax} characters`);
  }
  const prepared = prepareTemplate(template);
  const reply = await renderInProcess({ source: prepared.source, context }, signal);
  if ('text' in reply) return reply.text;
  if ('broken' in reply) throw failure(`${name} was given up: ${reply.broken}`);
  throw faultError(name, template, prepared, reply.fault);
}

/** Returns a text of a document with its variables put in; a text without tags as it is. Fails as renderTemplate. */
export async function expandText(
  text: string,
  variables: Readonly<Record<string, string>>,
  options: RenderOptions = {},
): Promise<string> {
  return hasTemplate(text) ? renderTemplate(text, variables, { name: 'the text', ...options }) : text;
}

function faultError(name: string, template: string, prepared: PreparedTemplate, fault: RenderFault): PondError {
  const place = placeOf(prepared, fault);
  if (place === undefined) return failure(`${name} failed: ${fault.message}`);
  const lines = template.slice(0, place.start).split('\n');
  const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  // The engine does not say what it did not find.
  const part = fault.message === 'undefined value' ? `: ${template.slice(place.start, place.end)}` : '';
  return failure(`${name} failed in line ${position.line + 1}: ${fault.message}${part}`, position);
}

/** Offsets in the template as it was written; undefined when no place is known. */
function placeOf(
  { source, originOf }: PreparedTemplate,
  { span, origin }: RenderFault,
): { readonly start: number; readonly end: number } | undefined {
  if (origin !== undefined) return { start: origin, end: origin };
  if (span === undefined) return undefined;
  const [start, end] = [span.from, span.to].map((points) => originOf(offsetOf(source, span.line, points)));
  return { start: start ?? 0, end: end ?? 0 };
}

/** UTF-16 offset of a place that is given by line and code points from its start. */
function offsetOf(text: string, line: number, points: number): number {
  let start = 0;
  for (let passed = 0; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  const rest = text.slice(start).split('\n', 1)[0] ?? '';
  return start + [...rest].slice(0, points).join('').length;
}

function failure(message: string, position?: { readonly line: number; readonly character: number }): PondError {
  return new PondError('template-failed', message, position && { position });
}
