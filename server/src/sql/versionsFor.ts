import { type HostFile, type ReadAhead } from '../pond/hostFile.ts';
import { hasAllColumns } from '../pond/hostFileTimes.ts';
import { type Pond } from '../pond/types.ts';
import { defaultTimeColumn, timeAttribute } from '../pond/versionFacts.ts';
import { type ColumnBounds } from '../sandbox/timeBounds.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type Node } from '../tinyfs/backend.ts';

interface VersionsScope {
  readonly pond: Pick<Pond, 'hostFiles'>;
  readonly openDisk: OpenDisk;
  readonly signal: AbortSignal | undefined;
  readonly readAhead?: ReadAhead | undefined;
}

/**
 * The host files with the rows of a node that a query may take. Of a series, versions whose times are out of the bounds
 * that the query sets are left out, where the latest version has all columns of the series: then the table's columns
 * are the same. Errors as Pond.hostFiles.
 */
export async function versionsFor(
  { pond, openDisk, signal, readAhead }: VersionsScope,
  node: Node,
  bounds: readonly ColumnBounds[] = [],
): Promise<readonly HostFile[]> {
  const job = { mayJoin: true, ...(signal && { signal }), ...(readAhead && { readAhead }) };
  const name = (node.attributes[timeAttribute] ?? defaultTimeColumn).toLowerCase();
  const own = node.type === 'series' ? bounds.filter(({ column }) => column === name) : [];
  if (own.length === 0) return await pond.hostFiles(node, job);
  const minUs = Math.max(...own.map((each) => each.minUs));
  const maxUs = Math.min(...own.map((each) => each.maxUs));
  const files = await pond.hostFiles(node, { ...job, times: { minUs, maxUs } });
  const latest = files.at(-1);
  return latest !== undefined && hasAllColumns(openDisk, latest) ? files : await pond.hostFiles(node, job);
}
