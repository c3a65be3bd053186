import { parseAllDocuments, visit } from 'yaml';
import { createLineMap, type SourcePosition } from '../base/lineMap.ts';

/** A replacement of a text. */
export interface DocumentEdit {
  /** Start of the replaced value: a text of one or more lines, quoted or plain. */
  readonly at: SourcePosition;
  readonly value: string;
  /** Start of the value's key, and its new name. */
  readonly key?: { readonly at: SourcePosition; readonly name: string };
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Returns a YAML text with some of its texts replaced, and everything else, such as comments and layout, unchanged. A
 * multi-line text becomes a block scalar under a key of a block mapping, if a block can represent it.
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
  /** 0-based offsets; a block ends after its last line break. */
  readonly start: number;
  readonly end: number;
  readonly isBlock: boolean;
  /** True where a block is allowed and its indentation is known: under a key of a block mapping. */
  readonly mayBeBlock: boolean;
  /** Columns by which a block is indented here. */
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
        const mayBeBlock = key === 'value' && !path.some((above) => 'flow' in above && above.flow);
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
  // Empty lines after it would become part of a block that keeps its trailing lines.
  const endsOpen = value.endsWith('\n\n') && /^[ \t]*\r?\n/.test(text.slice(stop));
  const wanted = mayBeBlock && aloneOnLine && !endsOpen && (isBlock || value.includes('\n'));
  const block = wanted ? blockOf(value, indent, comment) : undefined;
  if (block !== undefined) return { start, end: stop, text: block };
  return { start, end, text: isBlock ? `${JSON.stringify(value)}${comment}\n` : JSON.stringify(value) };
}

/** The value as a literal block with its final line break; undefined when a block cannot represent it. */
function blockOf(value: string, indent: number, comment: string): string | undefined {
  if (/[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(value)) return undefined;
  const body = value.replace(/\n+$/, '');
  if (body.trim() === '') return undefined;
  const ends = value.length - body.length;
  const chomp = ends === 0 ? '-' : ends === 1 ? '' : '+';
  // A first line with a leading space hides the block's indentation.
  const explicit = /^\n*[ \t]/.test(body) ? '2' : '';
  const margin = ' '.repeat(indent);
  const lines = body.split('\n').map((line) => (line === '' ? '' : `${margin}${line}`));
  const header = `|${explicit}${chomp}${comment === '' ? '' : ` ${comment.trim()}`}`;
  return `${header}\n${lines.join('\n')}\n${'\n'.repeat(Math.max(0, ends - 1))}`;
}
