import { displayPaths } from '../resources/displayPath.ts';
import { type Command } from './verb.ts';
import { readCoverage } from '../pond/seriesCoverage.ts';
import { type SeriesInfo } from '../protocol/commands.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { isoTime, nodeInfo } from './info.ts';
import { existing } from './tree.ts';
import { treeAt } from '../pond/treeAt.ts';

/** Returns the rows and times of a stored series; nothing for any other node. */
async function seriesInfo(root: WorkingDirectory, { path, node }: NodePath): Promise<{ series?: SeriesInfo }> {
  if (node.type !== 'series' || roleOf(node)?.in === 'derived') return {};
  const { rows, time, unknown } = await readCoverage(root, path);
  const iso = (us: number | undefined): string | null => (us === undefined ? null : isoTime(us));
  const [minTime, maxTime] = [iso(time?.minUs), iso(time?.maxUs)];
  return { series: { rows, minTime, maxTime, versionsWithoutTimes: unknown } };
}

/** The entry at a path; a link itself unless `followLinks`. Fails `not-found`. */
export const stat: Command<'stat'> = async (pond, { path, at: version, followLinks = false }) => {
  const fs = await treeAt(pond, version);
  const root = await fs.root();
  const at = await existing(root, path, { followLinks });
  const latest = pond.layer.builtTimes(at.node)?.maxUs;
  const built = latest === undefined ? {} : { latest: isoTime(latest) };
  const info = { ...(await nodeInfo(root, at)), ...(await seriesInfo(root, at)), ...built };
  return { ...info, ...(await displayPaths([fs]).named(info.path)) };
};
