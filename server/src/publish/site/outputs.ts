/** Content of a site: the outputs that are charted, with their parameters and resolutions. */
import { isNumber } from '../../base/typeClass.ts';
import { type Column } from '../../protocol/results.ts';
import { type InputMatcher, type Match } from '../../resources/model/derivedContent.ts';
import { isDurationError, parseDuration } from '../../base/duration.ts';
import { type TemporalPart } from '../export/parts.ts';
import { kindDirectory } from '../../resources/model/resourcePath.ts';
import { resourceKinds } from '../../resources/registry.ts';
import { fieldsOf } from '../../resources/series/valueColumns.ts';

/** An output with several resolutions: a page. */
export interface SiteOutput {
  readonly resource: string;
  readonly collection: string;
  readonly name: string;
  /** From finest to coarsest; at least one. */
  readonly resolutions: readonly SiteResolution[];
}

/** A series of an output. */
export interface SiteResolution {
  /** As in the document. */
  readonly name: string;
  /** Exact or approximate length of a bucket. */
  readonly seconds: number;
  readonly match: Match;
}

/** The columns of a series that measure one quantity, by one instrument. */
export interface Parameter {
  readonly name: string;
  readonly unit: string;
  readonly instrument: string;
  /** Names of the columns with the mean, or what takes its place, the minimum and the maximum, where present. */
  readonly avg?: string;
  readonly min?: string;
  readonly max?: string;
  /** True for directions in degrees, which have no mean of numbers. */
  readonly isDirection?: boolean;
}

/** Mean seconds in a calendar month. */
const monthSeconds = 2_629_746;

/** Returns the outputs of all resources whose kind is charted, ordered by path. */
export async function findOutputs(inputs: InputMatcher): Promise<readonly SiteOutput[]> {
  const outputs = new Map<string, Omit<SiteOutput, 'resolutions'> & { readonly resolutions: SiteResolution[] }>();
  for (const match of await chartedSeries(inputs)) {
    const [resource = '', collection = '', folders = '', resolution = ''] = match.captures;
    const name = folders.replace(/\/$/, '');
    const seconds = secondsOf(resolution);
    if (name === '' || seconds === undefined || match.type === 'file') continue;
    const key = JSON.stringify([resource, collection, name]);
    const output = outputs.get(key) ?? { resource, collection, name, resolutions: [] };
    output.resolutions.push({ name: resolution, seconds, match });
    outputs.set(key, output);
  }
  const list = [...outputs.values()];
  for (const { resolutions } of list) resolutions.sort((a, b) => a.seconds - b.seconds);
  const order = ({ resource, collection, name }: SiteOutput): string => `${resource}/${collection}/${name}`;
  return list.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

async function chartedSeries(inputs: InputMatcher): Promise<readonly Match[]> {
  const series: Match[] = [];
  for (const kind of resourceKinds) {
    if (kind.isCharted === true) series.push(...(await inputs.match(`${kindDirectory(kind)}/*/*/**/res=*`)));
  }
  return series;
}

/** Statistics that a line may show, in order of preference; minima and maxima are the band around it. */
const lineStatistics = ['avg', 'median', 'circular', 'sum', 'rate', 'last', 'first'];

/** Statistics that are not on the band from the minimum to the maximum. */
const bandlessStatistics = new Set(['circular', 'sum', 'rate']);

/**
 * Returns the parameters of an output's columns, by name, unit and instrument. Skips columns without a statistic that
 * a line or a band can show.
 */
export function parametersOf(columns: readonly Column[]): readonly Parameter[] {
  const parameters = new Map<string, { -readonly [K in keyof Parameter]: Parameter[K] }>();
  const lines = new Map<string, number>();
  for (const column of columns) {
    const [field] = fieldsOf([column]);
    if (field === undefined || !isNumber(column.type)) continue;
    const { name, unit, instrument, agg } = field;
    const rank = lineStatistics.indexOf(agg);
    if (rank < 0 && agg !== 'min' && agg !== 'max') continue;
    const key = JSON.stringify([name, unit, instrument]);
    const parameter = parameters.get(key) ?? { name, unit, instrument };
    if (agg === 'min' || agg === 'max') parameter[agg] = column.name;
    else if (rank < (lines.get(key) ?? Infinity)) {
      parameter.avg = column.name;
      lines.set(key, rank);
    }
    parameters.set(key, parameter);
  }
  return [...parameters].map(([key, parameter]) => shownAs(parameter, lineStatistics[lines.get(key) ?? -1]));
}

/** The parameter as the statistic of its line shows it. */
function shownAs(parameter: Parameter, statistic: string | undefined): Parameter {
  if (statistic === undefined || !bandlessStatistics.has(statistic)) return parameter;
  const { name, unit, instrument, avg } = parameter;
  const line = { name, unit, instrument, ...(avg !== undefined && { avg }) };
  if (statistic === 'circular') return { ...line, isDirection: true };
  return statistic === 'rate' ? { ...line, unit: `${unit || '1'}/s` } : line;
}

/** Target for the most rows of a file: a larger one is slow to fetch for a page that shows less. */
const fileRowsMax = 20_000;

/** Returns the fewest parts of time that keep the files of a resolution small. */
export function partsFor(seconds: number): readonly [TemporalPart, ...TemporalPart[]] {
  if (366 * 86_400 <= fileRowsMax * seconds) return ['year'];
  if (31 * 86_400 <= fileRowsMax * seconds) return ['year', 'month'];
  return 86_400 <= fileRowsMax * seconds ? ['year', 'month', 'day'] : ['year', 'month', 'day', 'hour'];
}

function secondsOf(resolution: string): number | undefined {
  const parsed = parseDuration(resolution);
  if (isDurationError(parsed)) return undefined;
  const seconds = parsed.months * monthSeconds + parsed.microseconds / 1e6;
  return seconds > 0 ? seconds : undefined;
}
