/** The script of a site that makes points of rows. */
export const pointScript = String.raw`// Points of a chart, from the rows of a series.

/**
 * The points of a parameter. Each has the value of one column: the mean, or what takes its place. A gap between buckets of
 * more than so many milliseconds becomes a point without values, so that no line is drawn over it.
 */
export function pointsOf(rows, {avg, min, max, instrument}, gap) {
  const points = [];
  let last;
  for (const row of rows) {
    const mid = value(row, avg ?? min ?? max);
    if (mid === undefined) continue;
    if (last !== undefined && row.time - last > gap) points.push({time: last + 1, instrument});
    points.push({time: row.time, instrument, mid, low: value(row, min), high: value(row, max)});
    last = row.time;
  }
  return points;
}

function value(row, column) {
  const number = column === undefined || row[column] == null ? NaN : Number(row[column]);
  return Number.isFinite(number) ? number : undefined;
}

/** The points that no line reaches: between two gaps. */
export function alone(points) {
  const isGap = (point) => point === undefined || point.mid === undefined;
  return points.filter((point, index) => !isGap(point) && isGap(points[index - 1]) && isGap(points[index + 1]));
}

/** The lowest, mean and highest value of points. */
export function summaryOf(points) {
  const mids = points.map((point) => point.mid);
  return {
    low: points.reduce((low, point) => Math.min(low, point.low ?? point.mid), Infinity),
    mean: mids.reduce((sum, mid) => sum + mid, 0) / mids.length,
    high: points.reduce((high, point) => Math.max(high, point.high ?? point.mid), -Infinity)
  };
}
`;
