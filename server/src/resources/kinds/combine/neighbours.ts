/**
 * Small files of a series that follow each other, as those of single days do, are put together before parts are made of
 * them: to open a file costs as much as many rows. As in merge.ts one file more makes a few merged files anew.
 */
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { type GroupLimits, groupNeighbours } from '../../series/groups.ts';
import { sideBySide } from '../../../base/sideBySide.ts';
import { type Workshop } from '../../../materialize/workshop.ts';
import { wholeTime } from './parts.ts';
import { type Piece } from './pieces.ts';
import { type Layout } from './sql.ts';
import { inTimeOrder, keyOfLayout, writeRows } from './write.ts';

/** Up to so many pieces of a series are left as they are. */
const piecesMin = 16;

const limits: GroupLimits = { sizeBytesMax: 256 * 1024, countMax: 64 };

/**
 * Pieces with more time than this between them, microseconds, are not merged: new data of one would change parts of the
 * other.
 */
const gapUsMax = 8n * 86_400_000_000n;

/** So many groups are merged side by side. */
const groupsAtOnce = 2;

/**
 * Returns the pieces that have rows, those of a series in an order in which a later one wins, with small neighbours
 * merged: a merged one has each time once, and the columns of the layout that its pieces have, with the layout's types.
 */
export async function mergeNeighbours(
  layout: Layout,
  pieces: readonly Piece[],
  workshop: Workshop,
  job: Job,
): Promise<readonly Piece[]> {
  const series = new Map<number, Piece[]>();
  for (const piece of pieces) {
    if (piece.facts.time === undefined) continue;
    const own = series.get(piece.series);
    if (own === undefined) series.set(piece.series, [piece]);
    else own.push(piece);
  }
  const merged: Piece[] = [];
  for (const own of series.values()) merged.push(...(await mergeSeries(layout, inTimeOrder(own), workshop, job)));
  return merged;
}

async function mergeSeries(
  layout: Layout,
  pieces: readonly Piece[],
  workshop: Workshop,
  job: Job,
): Promise<readonly Piece[]> {
  if (pieces.length <= piecesMin) return pieces;
  const near = groupNeighbours(pieces.map(groupable), limits).flatMap((group) => splitAtGaps(group.map(pieceOf)));
  const merged = await sideBySide(near, groupsAtOnce, (group) => mergeGroup(layout, group, workshop, job));
  // What was merged may be small still.
  return merged.length < pieces.length ? await mergeSeries(layout, merged, workshop, job) : pieces;
}

const groupable = (piece: Piece) => ({ piece, key: piece.file.key, sizeBytes: piece.file.sizeBytes });
const pieceOf = ({ piece }: { readonly piece: Piece }): Piece => piece;

function splitAtGaps(group: readonly Piece[]): readonly (readonly Piece[])[] {
  const groups: Piece[][] = [];
  let [minUs, maxUs] = [0n, 0n];
  for (const piece of group) {
    const time = piece.facts.time!;
    const last = groups.at(-1);
    if (last !== undefined && time.minUs - maxUs <= gapUsMax && minUs - time.maxUs <= gapUsMax) {
      last.push(piece);
      [minUs, maxUs] = [time.minUs < minUs ? time.minUs : minUs, time.maxUs > maxUs ? time.maxUs : maxUs];
    } else {
      groups.push([piece]);
      [minUs, maxUs] = [time.minUs, time.maxUs];
    }
  }
  return groups;
}

async function mergeGroup(layout: Layout, group: readonly Piece[], workshop: Workshop, job: Job): Promise<Piece> {
  const [first] = group;
  if (group.length === 1) return first!;
  const names = new Set(group.flatMap(({ facts }) => facts.columns.map(({ name }) => name)));
  const own: Layout = { ...layout, columns: layout.columns.filter(({ name }) => names.has(name)) };
  const keys = group.map((piece) => piece.file.key);
  const file = await workshop.file(
    keyOf('combine neighbours', 1, keyOfLayout(own), keys),
    (target, shared) => writeRows(own, wholeTime, [group], target, workshop, shared),
    job,
  );
  return { ...first!, file, facts: await workshop.inspect([file], job), hasBlanks: false };
}
