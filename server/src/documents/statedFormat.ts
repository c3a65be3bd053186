/** Formats that are stated for files and folders: their attribute, and what holds at a path. */
import { parseJsonText } from '../base/json.ts';
import { isPondError, PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { decode } from './decode.ts';
import { type Schema } from './schema.ts';
import {
  contradictions,
  type FormatOption,
  formatOptions,
  textFormatSchema,
  type TextFormatSpec,
} from './textFormat.ts';
import { type YamlEntry, type YamlNode } from './yamlNode.ts';

/** A format as plain data, which can be sent to another process. */
export interface StatedFormat extends Omit<TextFormatSpec, 'types'> {
  readonly types?: Readonly<Record<string, string>>;
}

/** Attributes that hold a format: set by a person, and by the document of a resource for its directory. */
export const formatAttributes = { stated: 'format', document: 'documentFormat' } as const;

/** A place where a format is stated. */
export interface FormatSource {
  /** Absolute pond path. */
  readonly path: string;
  /** True for the document of the resource at that path. */
  readonly inDocument: boolean;
  readonly format: StatedFormat;
}

/** A node with its path, as TinyFS has it: the chain goes from the root to the node. */
interface AttributedPath {
  readonly path: string;
  readonly chain: readonly { readonly attributes: Readonly<Record<string, string>> }[];
}

/** Returns the format of the section of a document. */
export function formatOfSpec({ types, ...rest }: TextFormatSpec): StatedFormat {
  return types === undefined ? rest : { ...rest, types: Object.fromEntries(types) };
}

/** Returns the format in a section of a document; undefined for one with errors. */
export function formatOfEntry(entry: YamlEntry): StatedFormat | undefined {
  const { value } = decode(textFormatSchema, entry.value, entry.keyRange);
  return value && formatOfSpec(value);
}

/**
 * Returns the format of plain values by option. A text for an option that is not a text is read as in a terminal:
 * `true`, `4`, items with commas between them, or JSON. Fails `usage` for an unknown option, an unusable value, and
 * options that exclude each other.
 */
export function parseFormat(values: Readonly<Record<string, unknown>>): StatedFormat {
  const { value, problems } = decode(textFormatSchema, nodeOf(values, textFormatSchema), nowhere);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new PondError('usage', problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
  }
  if (value === undefined) throw new PondError('usage', 'a format cannot have a "{{ }}" template here');
  return formatOfSpec(value);
}

/** Returns the text of a format as an attribute holds it: JSON, with the options in the order of the documentation. */
export function formatText(format: StatedFormat): string {
  const { types } = format;
  const sorted = types && Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
  const written = { ...format, ...(sorted && { types: sorted }) };
  return JSON.stringify(
    Object.fromEntries(formatOptions.flatMap((key) => (key in written ? [[key, written[key]]] : []))),
  );
}

/** Returns the attributes with a format in place of the former one; without it when the format has no option. */
export function withFormat(
  attributes: Readonly<Record<string, string>>,
  key: string,
  format: StatedFormat,
): Readonly<Record<string, string>> {
  const { [key]: _, ...others } = attributes;
  return Object.keys(format).length === 0 ? others : { ...others, [key]: formatText(format) };
}

/**
 * Returns the formats stated for a path, from the root down to the path itself; a document comes before what a person
 * stated for the same directory. Fails `invalid-content` for an attribute that is not a format.
 */
export function formatSources({ path, chain }: AttributedPath): readonly FormatSource[] {
  const names = path.split('/');
  return chain.flatMap(({ attributes }, depth) => {
    const at = depth === 0 ? '/' : names.slice(0, depth + 1).join('/');
    return (['document', 'stated'] as const).flatMap((by) => {
      const text = attributes[formatAttributes[by]];
      return text === undefined ? [] : [{ path: at, inDocument: by === 'document', format: parseStored(text, at) }];
    });
  });
}

/** Returns a text that differs where the formats stated for a path differ; undefined when nothing is stated. */
export function formatKey({ chain }: Pick<AttributedPath, 'chain'>): string | undefined {
  const { document, stated } = formatAttributes;
  const texts = chain.flatMap(({ attributes }) => [attributes[document] ?? [], attributes[stated] ?? []].flat());
  return texts.length === 0 ? undefined : texts.join('\n');
}

/**
 * Returns the format that holds at a path: of each option, the nearest statement. Undefined when nothing is stated.
 * Fails as formatSources, and `invalid-content` where statements for several folders exclude each other.
 */
export function formatAt(at: AttributedPath): StatedFormat | undefined {
  return combineFormats(
    at.path,
    formatSources(at).map(({ format }) => format),
  );
}

/** Returns two formats as one: of each option, and of the type of each column, the later one. */
export function mergeFormats(one: StatedFormat, later: StatedFormat): StatedFormat {
  const types = { ...one.types, ...later.types };
  return { ...one, ...later, ...(Object.keys(types).length > 0 && { types }) };
}

/** Returns several formats as one: of each option, the last one that states it. Fails as formatAt. */
export function combineFormats(path: string, formats: readonly StatedFormat[]): StatedFormat | undefined {
  if (formats.length <= 1) return formats[0];
  const format = formats.reduce(mergeFormats);
  const [issue] = contradictions(format);
  if (issue === undefined) return format;
  throw new PondError('invalid-content', `the formats stated for ${path} exclude each other: ${issue.message}`, {
    path,
    hint: `'pond format ${path}' shows where each option is stated.`,
  });
}

const parsed = new LruCache<string, StatedFormat>({ max: 1000 });

/** The attribute is a text of a stranger, or of a later version of this program. */
function parseStored(text: string, path: string): StatedFormat {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      throw new SyntaxError('expected an object');
    return parsed.set(text, parseFormat({ ...values }));
  } catch (error) {
    if (!isPondError(error) && !(error instanceof SyntaxError)) throw error;
    throw new PondError('invalid-content', `the format stated for ${path} cannot be used: ${error.message}`, {
      path,
      hint: `'pond format ${path} --clear' removes it.`,
      cause: error,
    });
  }
}

const start = { line: 0, character: 0 };
const nowhere = { start, end: start };

/** A value as a node of a document, so that the schema decodes it. */
function nodeOf(value: unknown, schema: Schema | undefined): YamlNode {
  const plain = typeof value === 'string' ? readText(value, schema) : value;
  if (Array.isArray(plain)) {
    const item = schema?.type === 'list' ? schema.item : undefined;
    return { type: 'list', items: plain.map((each: unknown) => nodeOf(each, item)), range: nowhere };
  }
  if (typeof plain === 'object' && plain !== null) {
    const entries = Object.entries(plain).map(([key, each]) => {
      const field =
        schema?.type === 'object' && Object.hasOwn(schema.fields, key) ? schema.fields[key]?.schema : undefined;
      return { key, keyRange: nowhere, value: nodeOf(each, schema?.type === 'map' ? schema.value : field) };
    });
    return { type: 'map', entries, range: nowhere };
  }
  return { type: 'scalar', value: scalarOf(plain), range: nowhere };
}

function scalarOf(value: unknown): string | number | bigint | boolean | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** The value that a text in a terminal stands for, by the type that the schema expects. */
function readText(text: string, schema: Schema | undefined): unknown {
  switch (schema?.type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'number':
      return /^\d{1,15}$/.test(text) ? Number(text) : text;
    case 'list':
      return text.startsWith('[') ? (parseJsonText(text) ?? text) : text.split(',');
    case 'map':
      return text.startsWith('{') ? (parseJsonText(text) ?? text) : text;
    default:
      return text;
  }
}

/** Returns each option of a format as a text that parseFormat reads as the same value. */
export function formatTexts(format: StatedFormat): readonly (readonly [option: FormatOption, text: string])[] {
  return formatOptions.flatMap((key) => {
    const value = format[key];
    return value === undefined ? [] : [[key, textOf(value)] as const];
  });
}

/** Returns the formats among attributes as `option=text`; '' for none, and the attribute itself if it is not a format. */
export function shownFormat(attributes: Readonly<Record<string, string>>): string {
  const { document, stated } = formatAttributes;
  const texts = [attributes[document], attributes[stated]].filter((text) => text !== undefined);
  return texts
    .map((text) => {
      try {
        return formatTexts(parseStored(text, '/'))
          .map(([option, value]) => `${option}=${value}`)
          .join(' ');
      } catch (error) {
        if (!isPondError(error)) throw error;
        return text;
      }
    })
    .join(' ');
}

function textOf(value: StatedFormat[FormatOption] & {}): string {
  if (typeof value === 'string') return value === '\t' ? 'tab' : value === ' ' ? 'space' : value;
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items = value as readonly string[];
  const isPlain =
    items.every((item) => !item.includes(',')) && items[0]?.startsWith('[') !== true && items.join('') !== '';
  return isPlain ? items.join(',') : JSON.stringify(items);
}
