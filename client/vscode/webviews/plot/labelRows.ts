/** A label that begins at a position, pixels. */
interface PlacedLabel {
  readonly left: number;
  readonly width: number;
}

/** Distance between two labels of a row, pixels, and maximum number of rows. */
const between = 8;
const rowsMax = 3;

/**
 * Places labels, in the order of their positions, in rows: each in the first row where it covers no other. Returns the
 * indexes of the labels of each row; a label without room in any row is in none.
 */
export function labelRows(labels: readonly PlacedLabel[]): readonly (readonly number[])[] {
  const rows: { end: number; readonly labels: number[] }[] = [];
  for (const [index, { left, width }] of labels.entries()) {
    let row = rows.find(({ end }) => left >= end);
    if (row === undefined) {
      if (rows.length === rowsMax) continue;
      row = { end: 0, labels: [] };
      rows.push(row);
    }
    row.labels.push(index);
    row.end = left + width + between;
  }
  return rows.map((row) => row.labels);
}
