import { type PondClient } from '../client.ts';
import { errorData } from '../errors.ts';
import { mapLimit } from '../../../server/src/base/mapLimit.ts';
import { type ViewNode } from './nodes.ts';

/** Series of one row whose latest times are asked for; of more, the rows after them have none. */
const seriesMax = 200;
const requestsMax = 4;

/** The rows, with the latest time of each series among them. */
export async function withLatest(client: PondClient, rows: readonly ViewNode[]): Promise<ViewNode[]> {
  const series = rows.filter((row) => row.type === 'output' && row.output.type === 'series').slice(0, seriesMax);
  const latest = new Map<ViewNode, string | null>();
  await mapLimit(series, requestsMax, async (row) => {
    if (row.type === 'output') latest.set(row, await latestOf(client, row.pond, row.output.path));
  });
  return rows.map((row) => {
    const time = latest.get(row);
    return row.type === 'output' && time !== undefined ? { ...row, latest: time } : row;
  });
}

/** Null for a series without times, one that is not computed yet, and one that is gone. */
async function latestOf(client: PondClient, pond: string, path: string): Promise<string | null> {
  try {
    const { series, latest } = await client.request('stat', { pond, path, followLinks: true });
    return series?.maxTime ?? latest ?? null;
  } catch (error) {
    if (errorData(error) === undefined) throw error;
    return null;
  }
}
