import { type FormatOptions } from '../base/error.ts';
import { isPointInTime } from '../base/typeClass.ts';
import { type DescriptionInfo, type TextInfo } from '../protocol/commands.ts';
import { splitSheet } from '../documents/sheetPath.ts';
import { type DisplayPaths, displayPaths } from '../resources/displayPath.ts';
import { readCoverage } from '../pond/seriesCoverage.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { describeTable, formatOfOther } from '../sql/describe.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { optionsAt } from './format.ts';
import { isoTime } from './info.ts';
import { existing } from './tree.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Facts about tables, and about their reading; a link is followed. Fails as in the protocol. */
export const describe: Command<'describe'> = async (pond, { paths, at }, context) => {
  const fs = await treeAt(pond, at);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const found: DescriptionInfo[] = [];
  for (const path of paths) {
    const { sheet, ...whole } = (await root.exists(path)) ? { path } : splitSheet(path);
    const node = await existing(root, whole.path);
    found.push(await describeAt({ pond, version: at, root, names, context }, node, sheet));
  }
  return found;
};

interface Scope {
  readonly pond: ResourcePond;
  readonly version: string | undefined;
  readonly root: WorkingDirectory;
  readonly names: DisplayPaths;
  readonly context: CommandContext;
}

async function describeAt(
  { pond, version, root, names, context }: Scope,
  at: NodePath,
  sheet: string | undefined,
): Promise<DescriptionInfo> {
  const [queries, place] = [await context.queries(), { pond, at, version, sheet }];
  const table = await describeTable(queries, place, context.signal);
  const [text] = table?.texts ?? [];
  const described = new Map(text?.columns.map((column) => [column.name, column]));
  return {
    ...(await names.named(at.path)),
    type: at.node.type,
    size: at.node.sizeBytes,
    reader: table?.reader ?? null,
    rowCount: table?.rowCount ?? null,
    columns: (table?.columns ?? []).map(({ name, type }) => {
      const { unit, reason } = described.get(name) ?? {};
      return { name, type, ...(unit !== undefined && { unit }), ...(reason !== undefined && { reason }) };
    }),
    time: table?.time ?? null,
    text: text === undefined ? null : textInfo(text),
    format: at.node.type === 'file' ? await optionsAt(at, names) : [],
    offers: table === undefined ? asCsv(await formatOfOther(queries, place, context.signal)) : offersOf(table),
    notes: [...notesOf(table), ...(await coverageNotes(root, at))],
  };
}

type Table = NonNullable<Awaited<ReturnType<typeof describeTable>>>;

function textInfo({ headerLine, unitsLine, dates, ...text }: Table['texts'][number]): TextInfo {
  const { encoding, delimiter, quote, lineEnds, laterHeaderLines, skipped } = text;
  return {
    ...{ encoding, delimiter, quote, lineEnds, laterHeaderLines, skipped },
    headerLine: headerLine ?? null,
    unitsLine: unitsLine ?? null,
    dates: dates ?? null,
  };
}

function asCsv(options: FormatOptions | undefined): DescriptionInfo['offers'] {
  return options === undefined ? [] : [{ reason: 'it is not a table unless it is stated to be CSV', options }];
}

function offersOf(table: Table): DescriptionInfo['offers'] {
  const offers = table.offers.map(({ reason, format: { ...options } }) => ({ reason, options }));
  const forms = table.forms.flatMap(({ options, ...form }) =>
    options === undefined ? [] : [{ reason: formText(form), options }],
  );
  const isFirst = ({ options }: (typeof forms)[number], index: number): boolean =>
    forms.findIndex((other) => JSON.stringify(other.options) === JSON.stringify(options)) === index;
  return [...offers, ...forms.filter(isFirst)];
}

const formText = ({
  column,
  title,
  count,
  values,
}: Pick<Table['forms'][number], 'column' | 'title' | 'count' | 'values'>): string =>
  `${count} of ${values} values of the column ${column} look like ${title}`;

/** Characters of a value that a note shows, at most. */
const shownMax = 40;

function textNote({ other, ...form }: Table['forms'][number]): string {
  const shown = other !== undefined && other.length > shownMax ? `${other.slice(0, shownMax)}…` : other;
  return `${formText(form)}, and are text${shown === undefined ? '' : `; another is "${shown}"`}`;
}

function notesOf(table: Table | undefined): readonly string[] {
  if (table === undefined) return [];
  const notes = table.rowCount === 0 ? ['it has no rows'] : [];
  if (table.time !== undefined && table.time.first === null && table.rowCount > 0) {
    notes.push(`no row has a time in the column ${table.time.column}`);
  }
  const [text] = table.texts;
  if (text?.stated.includes('dates') === true && !text.columns.some(({ type }) => isPointInTime(type))) {
    notes.push('no column has dates as `dates` states them');
  }
  if (text?.hasLastEnd === false && text.lineEnds.length > 0)
    notes.push('its last line has no end, unlike all others: the file may be cut short');
  for (const form of table.forms) if (form.options === undefined) notes.push(textNote(form));
  for (const { column, count } of table.unseen) {
    const values = count === 1 ? '1 value of the column' : `${count} values of the column`;
    notes.push(
      `${values} ${column} ${count === 1 ? 'has' : 'have'} control characters, such as NUL, which are not shown`,
    );
  }
  for (const times of text?.repeated ?? []) notes.push(repeatedNote(times));
  return notes;
}

function repeatedNote({ column, zone, first, second, stated }: Table['texts'][number]['repeated'][number]): string {
  const count = first + second;
  const times = count === 1 ? '1 time' : `${count} times`;
  const by = stated === 0 ? 'by the order of the rows' : stated === count ? 'as stated' : `${stated} of them as stated`;
  return `${times} of the column ${column} ${count === 1 ? 'is' : 'are'} in an hour that the clocks of ${zone} repeated: ${first} in its first pass and ${second} in its second, ${by}`;
}

/** Maximum number of gaps, and of overlaps, that are listed. */
const listedMax = 5;

/** Gaps and overlaps of the versions of a stored series; none for any other node. */
async function coverageNotes(root: WorkingDirectory, { path, node }: NodePath): Promise<readonly string[]> {
  if (node.type !== 'series' || roleOf(node)?.in === 'derived') return [];
  const { gaps, overlaps, unknown } = await readCoverage(root, path);
  const listed = (what: string, found: typeof gaps): readonly string[] => {
    const shown = found
      .slice(0, listedMax)
      .map(({ startUs, endUs }) => `${what} ${isoTime(startUs)} and ${isoTime(endUs)}`);
    return found.length > listedMax ? [...shown, `and ${found.length - listedMax} more: ${what} other times`] : shown;
  };
  return [
    ...listed('it has no rows between', gaps),
    ...listed('several versions have rows between', overlaps),
    ...(unknown === 0 ? [] : [`${unknown} of its versions do not state their times`]),
  ];
}
