/** A template in the engine's syntax, and the mapping from its positions to those of the text as written. */
export interface PreparedTemplate {
  readonly source: string;
  /** Offset in the text as written of an offset in `source`; inserted text maps to the offset of its insertion. */
  readonly originOf: (offset: number) => number;
}

/** Filter for the maps in a loop over two names, see prepareTemplate. */
export const pairsFilter = 'pairs';

interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/**
 * Lets `{% for key, value in MAP %}` iterate over the entries of a map, which the engine does for lists of pairs only:
 * the value of the loop is passed through a filter, with its offset in the text. Nothing is inserted in comments, raw
 * blocks and strings.
 */
export function prepareTemplate(text: string): PreparedTemplate {
  const insertions = [...tagsOf(text)].flatMap((tag) => insertionsFor(text, tag));
  let source = '';
  let at = 0;
  for (const { offset, text: inserted } of insertions) {
    source += text.slice(at, offset) + inserted;
    at = offset;
  }
  return { source: source + text.slice(at), originOf: (offset) => originOf(offset, insertions) };
}

function originOf(offset: number, insertions: readonly Insertion[]): number {
  let shift = 0;
  for (const insertion of insertions) {
    const start = insertion.offset + shift;
    if (offset < start) break;
    if (offset < start + insertion.text.length) return insertion.offset;
    shift += insertion.text.length;
  }
  return offset - shift;
}

/** The inside of a `{% … %}`: offsets into the text, `end` exclusive. */
interface Tag {
  readonly start: number;
  readonly end: number;
}

function* tagsOf(text: string): Iterable<Tag> {
  let at = 0;
  while (at < text.length) {
    const open = text.slice(at).search(/\{[{%#]/);
    if (open < 0) return;
    const start = at + open + 2;
    const kind = text[start - 1];
    if (kind === '#') {
      at = indexAfter(text, '#}', start);
      continue;
    }
    const end = endOfTag(text, start, kind === '%' ? '%}' : '}}');
    at = end + 2;
    if (kind !== '%') continue;
    yield { start, end };
    if (/^[-+]?\s*raw\s*[-+]?$/.test(text.slice(start, end))) at = endOfRaw(text, at);
  }
}

function indexAfter(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

function endOfRaw(text: string, from: number): number {
  const match = /\{%[-+]?\s*endraw\s*[-+]?%\}/.exec(text.slice(from));
  return match === null ? text.length : from + match.index + match[0].length;
}

/** Offset of the mark that closes a tag; the end of the text for an unclosed tag. */
function endOfTag(text: string, from: number, mark: string): number {
  for (let at = from; at < text.length; at = next(text, at)) if (text.startsWith(mark, at)) return at;
  return text.length;
}

/** Offset after a character, or after a whole quoted string. */
function next(text: string, at: number): number {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return at + 1;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === quote) return end + 1;
  }
  return text.length;
}

function insertionsFor(text: string, { start, end }: Tag): readonly Insertion[] {
  const head = /^[-+]?\s*for\s+[A-Za-z_]\w*\s*,\s*[A-Za-z_]\w*\s+in\b\s*/.exec(text.slice(start, end));
  if (head === null) return [];
  const first = start + head[0].length;
  const last = endOfIterable(text, first, end);
  return [
    { offset: first, text: '(' },
    { offset: last, text: `)|${pairsFilter}(${first})` },
  ];
}

/** The iterable of a loop ends at its condition, at `recursive`, or with the tag. */
function endOfIterable(text: string, from: number, end: number): number {
  let depth = 0;
  let last = from;
  for (let at = from; at < end; at = next(text, at)) {
    const character = text.charAt(at);
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0 && /^\s(if|recursive)\b/.test(text.slice(at, at + 11))) return last;
    if (/^[-+]$/.test(character) && at === end - 1) return last;
    if (!/\s/.test(character)) last = Math.min(next(text, at), end);
  }
  return last;
}
