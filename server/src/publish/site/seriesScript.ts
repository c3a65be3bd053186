/** The script of a site that reads series. */
export const seriesScript = String.raw`// Reads series: Parquet files that each hold a stretch of time.
import {parquetReadObjects} from "hyparquet";

const loaded = new Map();

// Months have up to 31 days; their mean length is 30.44.
const longest = 1.02;

/**
 * The rows of a resolution whose buckets touch a range of times (milliseconds), in order: at most one begins before it.
 * Only the files of that range are fetched, each once; only the columns that are drawn are read. The first column has
 * the time.
 */
export async function loadRows(resolution, columns, from, to) {
  const files = resolution.files.filter((file) => file.start * 1000 < to && file.end * 1000 > from);
  const parts = await Promise.all(files.map((file) => loadFile(file, columns)));
  const rows = parts.flat();
  const first = rows.findLast((row) => row.time <= from)?.time ?? from;
  const reaches = first + resolution.seconds * 1000 * longest > from;
  return rows.filter((row) => row.time >= (reaches ? first : from) && row.time < to);
}

function loadFile(file, columns) {
  const known = loaded.get(file);
  if (known) return known;
  const rows = readFile(file, columns);
  loaded.set(file, rows);
  // What failed is fetched again when it is asked for again.
  rows.catch(() => loaded.delete(file));
  return rows;
}

async function readFile({load}, columns) {
  const rows = await parquetReadObjects({file: await load(), columns});
  const timeColumn = columns[0];
  return rows
    .filter((row) => row[timeColumn] != null)
    .map((row) => ({...row, time: milliseconds(row[timeColumn])}))
    .sort((a, b) => a.time - b.time);
}

function milliseconds(time) {
  return time instanceof Date ? time.getTime() : Number(time) * 1000;
}

/** The finest resolution that a range can be drawn in with at most so many points; the coarsest when all have more. */
export function resolutionFor(resolutions, from, to, points) {
  return resolutions.find((resolution) => fits(resolution, from, to, points)) ?? resolutions.at(-1);
}

/** Whether a range has at most so many buckets of a resolution. */
export function fits(resolution, from, to, points) {
  return (to - from) / 1000 / resolution.seconds <= points;
}
`;
