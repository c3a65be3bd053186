/**
 * Renders templates that strangers may have written: in a separate process, with limits on steps, time and memory, and
 * without access to anything but the given data. The syntax is Jinja's, with Tera's `for key, value in MAP` and
 * group().
 */
import { type SourcePosition } from '../base/lineMap.ts';
import { PondError } from '../base/error.ts';
import { type RenderFault, templateLimits } from './templateMessages.ts';
import { prepareTemplate, type PreparedTemplate } from './templateTags.ts';
import { hasTemplate } from '../documents/templateText.ts';
import { renderInProcess } from './templateProcess.ts';

interface RenderOptions {
  /** Name of the template in messages, such as "the template of Template/pages". By default "the template". */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/**
 * Returns the rendered text of a template. `context` is plain data: strings, numbers, booleans, null, lists, and
 * objects whose keys the template sees in byte order. A missing variable or field is an error. Only the filters `plain`,
 * `tojson` and `urlencode` escape text.
 *
 * Fails `template-failed`, with the position in the template where the engine reports it, and `cancelled`.
 */
export async function renderTemplate(template: string, context: object, options: RenderOptions = {}): Promise<string> {
  const { name = 'the template', signal } = options;
  if (template.length > templateLimits.sourceLengthMax) {
    throw failure(`${name} is longer than ${templateLimits.sourceLengthMax} characters`);
  }
  const prepared = prepareTemplate(template);
  const reply = await renderInProcess({ source: prepared.source, context }, signal);
  if ('text' in reply) return reply.text;
  if ('broken' in reply) throw failure(`${name} was stopped: ${reply.broken}`);
  throw faultError(name, template, prepared, reply.fault);
}

/** Returns a text of a document with its variables expanded; a text without tags unchanged. Fails as renderTemplate. */
export async function expandText(
  text: string,
  variables: Readonly<Record<string, string>>,
  options: RenderOptions = {},
): Promise<string> {
  return hasTemplate(text) ? renderTemplate(text, variables, { name: 'the text', ...options }) : text;
}

function faultError(name: string, template: string, prepared: PreparedTemplate, fault: RenderFault): PondError {
  const range = rangeOf(prepared, fault);
  if (range === undefined) return failure(`${name} failed: ${fault.message}`);
  const lines = template.slice(0, range.start).split('\n');
  const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  // The engine does not name the missing value.
  const part = fault.message === 'undefined value' ? `: ${template.slice(range.start, range.end)}` : '';
  return failure(`${name} failed in line ${position.line + 1}: ${fault.message}${part}`, position);
}

/** Offsets in the template as written; undefined when the position is unknown. */
function rangeOf(
  { source, originOf }: PreparedTemplate,
  { span, origin }: RenderFault,
): { readonly start: number; readonly end: number } | undefined {
  if (origin !== undefined) return { start: origin, end: origin };
  if (span === undefined) return undefined;
  const [start, end] = [span.from, span.to].map((points) => originOf(offsetOf(source, span.line, points)));
  return { start: start ?? 0, end: end ?? 0 };
}

/** UTF-16 offset of a position given by line and by code points from the start of the line. */
function offsetOf(text: string, line: number, points: number): number {
  let start = 0;
  for (let passed = 0; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  const rest = text.slice(start).split('\n', 1)[0] ?? '';
  return start + [...rest].slice(0, points).join('').length;
}

function failure(message: string, position?: SourcePosition): PondError {
  return new PondError('template-failed', message, position && { position });
}
