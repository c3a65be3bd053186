/**
 * Returns the cells of tab-separated text as spreadsheets copy it: a cell with tabs or line breaks is in quotes. A line
 * break at the end adds no row; an empty cell is NULL. A first row with the names of the columns is left out.
 */
export function pastedCells(text: string, names: readonly string[]): readonly (readonly (string | null)[])[] {
  const rows = cellsOf(text);
  const [first = []] = rows;
  const isHead = rows.length > 1 && first.every((cell, index) => cell === names[index]);
  return (isHead ? rows.slice(1) : rows).map((row) => row.map((cell) => (cell === '' ? null : cell)));
}

function cellsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quoted = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)/y;
    const plain = /[^\t\r\n]*/y;
    quoted.lastIndex = plain.lastIndex = at;
    const match = quoted.exec(text) ?? plain.exec(text);
    row.push(match?.[1]?.replaceAll('""', '"') ?? match?.[0] ?? '');
    at += match?.[0].length ?? 0;
    if (text[at] === '\t') {
      at += 1;
      if (at === text.length) row.push('');
      continue;
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
