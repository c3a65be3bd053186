import { parseAllDocuments, visit } from 'yaml';
import { createLineMap, type SourcePosition } from '../documents/position.ts';

/** A text that is to stand where another does. */
export interface DocumentEdit {
  /** Where the value begins that is replaced: a text of one line or more, in quotes or without. */
  readonly at: SourcePosition;
  readonly value: string;
  /** Where the key begins that the value stands under, and what it is to be called. */
  readonly key?: { readonly at: SourcePosition; readonly name: string };
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Returns a YAML text with some of its texts replaced and all else as it was, comments and layout too. A text of
 * several lines becomes a block under a key that is written in lines, if a block can say it.
 */
export function rewrite(text: string, edits: readonly DocumentEdit[]): string {
  const scalars = scalarsByPlace(text);
  const splices = edits.flatMap((edit): Splice[] => {
    const found = scalars.get(placeOf(edit.at));
    const key = edit.key && scalars.get(placeOf(edit.key.at));
    const value = found === undefined ? [] : [splice(text, found, edit.value)];
    return key === undefined || edit.key === undefined
      ? value
      : [...value, { start: key.start, end: key.end, text: edit.key.name }];
  });
  let result = text;
  for (const { start, end, text: into } of splices.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + into + result.slice(end);
  }
  return result;
}

interface Found {
  /** 0-based offsets; a block ends behind its last line break. */
  readonly start: number;
  readonly end: number;
  readonly isBlock: boolean;
  /** True where a block can stand and its indentation is known: under a key of a mapping that is written in lines. */
  readonly mayBeBlock: boolean;
  /** Columns by which a block is indented at this place. */
  readonly indent: number;
}

const placeOf = ({ line, character }: SourcePosition): string => `${line}:${character}`;

function scalarsByPlace(text: string): ReadonlyMap<string, Found> {
  const lines = createLineMap(text);
  const found = new Map<string, Found>();
  const documents = parseAllDocuments(text, { keepSourceTokens: true, uniqueKeys: false, logLevel: 'silent' });
  for (const document of Array.isArray(documents) ? documents : []) {
    visit(document, {
      Scalar(key, { range, type, srcToken }, path) {
        if (range === undefined || range === null) return;
        const [start, end] = range;
        const indent = srcToken && 'indent' in srcToken ? Math.max(0, srcToken.indent) + 2 : 2;
        const mayBeBlock = key === 'value' && !path.some((above) => 'flow' in above && above.flow === true);
        const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
        found.set(placeOf(lines.positionAt(start)), { start, end, isBlock, mayBeBlock, indent });
      },
    });
  }
  return found;
}

function splice(text: string, { start, end, isBlock, mayBeBlock, indent }: Found, value: string): Splice {
  const lineEnd = text.indexOf('\n', isBlock ? start : end);
  const line = text.slice(isBlock ? start : end, lineEnd < 0 ? text.length : lineEnd).trimEnd();
  const comment = /(?:^|[ \t])#.*$/.exec(line)?.[0] ?? '';
  const aloneOnLine = isBlock || line.trim() === comment.trim();
  const stop = isBlock ? end : lineEnd < 0 ? text.length : lineEnd + 1;
  // Empty lines that follow would become a part of a block that keeps those at its end.
  const endsOpen = value.endsWith('\n\n') && /^[ \t]*\r?\n/.test(text.slice(stop));
  const wanted = mayBeBlock && aloneOnLine && !endsOpen && (isBlock || value.includes('\n'));
  const block = wanted ? blockOf(value, indent, comment) : undefined;
  if (block !== undefined) return { start, end: stop, text: block };
  return { start, end, text: isBlock ? `${JSON.stringify(value)}${comment}\n` : JSON.stringify(value) };
}

/** The value as a literal block with the line break behind it; undefined when a block cannot say it. */
function blockOf(value: string, indent: number, comment: string): string | undefined {
  if (/[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(value)) return undefined;
  const body = value.replace(/\n+$/, '');
  if (body.trim() === '') return undefined;
  const ends = value.length - body.length;
  const chomp = ends === 0 ? '-' : ends === 1 ? '' : '+';
  // A first line that begins with a space does not show how far the block is indented.
  const explicit = /^\n*[ \t]/.test(body) ? '2' : '';
  const margin = ' '.repeat(indent);
  const lines = body.split('\n').map((line) => (line === '' ? '' : `${margin}${line}`));
  const header = `|${explicit}${chomp}${comment === '' ? '' : ` ${comment.trim()}`}`;
  return `${header}\n${lines.join('\n')}\n${'\n'.repeat(Math.max(0, ends - 1))}`;
}
