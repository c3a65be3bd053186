/** One document of a file that may hold several. */
export interface DocumentText {
  /** Source text of the document, without the `---` line before it. */
  readonly text: string;
  /** 0-based line of the file on which the text begins; it begins at the line's start. */
  readonly line: number;
}

/** A line that YAML reads as the start or end of a document anywhere, even within a block scalar. */
const marker = /^(---|\.\.\.)(?=[ \t\r\n]|$)(.*)$/;

/**
 * Returns the documents of a text in order, including empty ones; the text of a single document is returned whole, with
 * everything around it.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const lines = text.split(/(?<=\n)/);
  const parts: { lines: string[]; line: number }[] = [{ lines: [], line: 0 }];
  lines.forEach((line, index) => {
    const [, sign, rest = ''] = marker.exec(line.trimEnd()) ?? [];
    const last = parts.at(-1);
    if (sign === undefined || last === undefined) return last?.lines.push(line);
    // `%YAML` lines belong to the document that the next marker begins.
    if (sign === '---' && isDirectives(last.lines)) return last.lines.push(line);
    const own = sign === '---' && rest.trim() !== '';
    parts.push(own ? { lines: [line], line: index } : { lines: [], line: index + 1 });
    return undefined;
  });
  const full = parts.filter((part) => part.lines.some((line) => !/^(#.*)?$/.test(line.trim())));
  if (full.length <= 1) return full.length === 0 ? [] : [{ text, line: 0 }];
  return full.map((part) => ({ text: part.lines.join(''), line: part.line }));
}

function isDirectives(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith('%')) && lines.every((line) => /^(%.*|#.*)?$/.test(line.trim()));
}
