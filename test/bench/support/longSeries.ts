import { type Pond } from '../../../server/src/pond/types.ts';
import { startParquet } from '../../../server/src/resources/kinds/hydroVu/parquet.ts';
import { author } from './ponds.ts';

const rowsOfVersion = 10;

/** Rows of versions of a series, as a collector that runs every ten minutes writes them. */
export function seriesContent(from: number, versions: number): Uint8Array {
  const file = startParquet(['level', 'temperature']);
  const rows = Array.from({ length: versions * rowsOfVersion }, (_, row) => from * rowsOfVersion + row);
  const group = file.group({
    times: Float64Array.from(rows, (row) => 1_700_000_000 + row * 60),
    columns: new Map([
      ['level', Float64Array.from(rows, (row) => (row % 977) / 8)],
      ['temperature', Float64Array.from(rows, (row) => (row % 31) / 4)],
    ]),
    points: 2 * rows.length,
  });
  return Buffer.concat([group, file.end()]);
}

/** Commits versions of ten rows to a series, one commit for each. */
export async function growSeries(pond: Pond, path: string, versions: number): Promise<void> {
  const root = await pond.fs.root();
  for (let version = 0; version < versions; version++) {
    await root.writeFile(path, seriesContent(version, 1), { type: 'series' });
    await pond.commit({ message: 'collect', author });
  }
}
