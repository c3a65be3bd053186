/** Folders of small text files as loggers write them, some of which differ from the others in one way. */

type Random = (count: number) => number;

/** A column of a logger, with its values in a row. */
interface LoggerColumn {
  readonly name: string;
  value(this: void, random: Random): string;
}

/** Everything that the files of a folder have in common. */
interface Logger {
  readonly delimiter: string;
  /** The decimal sign. */
  readonly sign: string;
  readonly columns: readonly LoggerColumn[];
  time(this: void, minute: number): string;
}

/** The lines of a file, the first of which is its header. */
type Lines = readonly (readonly string[])[];

const isoTime = (minute: number): string => new Date(1.7e12 + minute * 6e4).toISOString().slice(0, 19);

const times: readonly ((minute: number) => string)[] = [
  (minute) => isoTime(minute).replace('T', ' '),
  (minute) => isoTime(minute),
  (minute) => isoTime(minute).replace(/^(\d+)-(\d+)-(\d+)T(.*)$/, '$3.$2.$1 $4'),
  (minute) => String(1_700_000_000 + minute * 60),
  (minute) => isoTime(minute).slice(0, 10),
];

const columnsOf = (sign: string): readonly LoggerColumn[] => [
  { name: 'level', value: (random) => `${random(90)}${sign}${random(90) + 10}` },
  { name: 'count', value: (random) => String(random(500)) },
  // Whole in some files, with fractions in others.
  { name: 'gain', value: (random) => (random(9) === 0 ? `${random(9)}${sign}5` : String(random(9))) },
  { name: 'state', value: (random) => ['ok', 'low', '"a, b"'][random(3)]! },
  // An open decimal sign, which other columns or files show.
  { name: 'open', value: (random) => `${1 + random(9)}.${100 + random(900)}` },
  { name: 'maybe', value: (random) => (random(2) === 0 ? '' : String(random(40))) },
  { name: 'flag', value: (random) => ['true', 'false'][random(2)]! },
  { name: 'serial', value: (random) => `00${random(1000)}` },
  { name: 'large', value: (random) => (random(6) === 0 ? '9007199254740993' : String(random(9))) },
];

/** Ways in which one file differs from the others; each gets and returns its lines. */
const deviations: readonly ((lines: Lines, random: Random) => Lines)[] = [
  (lines) => lines.slice(0, 1),
  () => [],
  (lines) => lines.slice(1),
  (lines) => lines.map((line, at) => [...line, at === 0 ? 'more' : String(at)]),
  (lines) => lines.map((line) => line.slice(0, -1)),
  (lines) => lines.map((line) => [line[0]!, ...line.slice(1).reverse()]),
  ([header = [], ...rows]) => [header.map((name) => name.toUpperCase()), ...rows],
  ([header = [], ...rows]) => [header, ...rows.map(([, ...values]) => ['', ...values])],
  ([header = [], ...rows]) => [header, ...rows.map(([time = '']) => [time, ...header.slice(1).map(() => '')])],
  ([header = [], ...rows]) => [header, ...rows.map(([time = '', ...values]) => [`${time}.123456789`, ...values])],
  ([header = [], ...rows]) => [header, ...rows.map(([, ...values], at) => [String(1.7e12 + at), ...values])],
  ([header = [], ...rows], random) => [header, ...rows.map((row) => row.with(1 + random(row.length - 1), 'n/a'))],
  ([header = [], ...rows], random) => [header, ...rows.map((row) => row.with(1 + random(row.length - 1), '-0,5'))],
  (lines) => [...lines, ['"open']],
  (lines) => [['made by a logger'], ...lines],
  ([header = [], ...rows]) => [['x', ...header.slice(1)], ...rows],
];

/** Texts of files by name, in the order of time: as a rule equal in form, and as large as a day of a slow logger. */
export function dailyTexts(random: Random, count: number): ReadonlyMap<string, string> {
  const sign = random(3) === 0 ? ',' : '.';
  const delimiter = sign === ',' ? ';' : [',', ';', '\t'][random(3)]!;
  const columns = columnsOf(sign).filter(() => random(2) === 0);
  const logger: Logger = { delimiter, sign, columns, time: times[random(times.length)]! };
  const deviationRate = [3, 8, 1000][random(3)]!;
  const texts = new Map<string, string>();
  for (let day = 0; day < count; day++) {
    const usual = linesOf(logger, day, random);
    const isDeviation = usual[0]!.length > 1 && random(deviationRate) === 0;
    const lines = isDeviation ? deviations[random(deviations.length)]!(usual, random) : usual;
    const end = random(20) === 0 ? '\r\n' : '\n';
    const by = random(30) === 0 ? '|' : delimiter;
    texts.set(`d${String(day).padStart(3, '0')}.csv`, lines.map((line) => line.join(by) + end).join(''));
  }
  return texts;
}

function linesOf({ columns, time }: Logger, day: number, random: Random): Lines {
  const isSilent = columns.map(() => random(8) === 0);
  const rows = Array.from({ length: 1 + random(4) }, (_, at) => {
    // Some rows have the time of a row before, in this file or in the one of the day before.
    const minute = (random(6) === 0 ? Math.max(0, day - 1) : day) * 1440 + (random(6) === 0 ? 0 : at * 10);
    return [time(minute), ...columns.map(({ value }, index) => (isSilent[index]! ? '' : value(random)))];
  });
  return [['Timestamp', ...columns.map(({ name }) => name)], ...rows];
}
