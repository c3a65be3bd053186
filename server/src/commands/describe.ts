import { type DescriptionInfo, type TextInfo } from '../protocol/commands.ts';
import { type DisplayPaths, displayPaths } from '../resources/displayPath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { describeTable } from '../sql/describe.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { optionsAt } from './format.ts';
import { existing, treeAt } from './tree.ts';
import { type Command, type CommandContext } from './verb.ts';

/** What is known of tables, and how they are read; a link is followed. Fails as in the protocol. */
export const describe: Command<'describe'> = async (pond, { paths, at }, context) => {
  const fs = await treeAt(pond, at);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const found: DescriptionInfo[] = [];
  for (const path of paths)
    found.push(await describeAt({ pond, version: at, names, context }, await existing(root, path, true)));
  return found;
};

interface Scope {
  readonly pond: ResourcePond;
  readonly version: string | undefined;
  readonly names: DisplayPaths;
  readonly context: CommandContext;
}

async function describeAt({ pond, version, names, context }: Scope, at: NodePath): Promise<DescriptionInfo> {
  const table = await describeTable(await context.queries(), { pond, at, version }, context.signal);
  const [text] = table?.texts ?? [];
  const described = new Map(text?.columns.map((column) => [column.name, column]));
  const displayPath = await names.path(at.path);
  return {
    path: at.path,
    ...(displayPath === at.path ? {} : { displayPath }),
    ...{
      type: at.node.type,
      size: at.node.sizeBytes,
      reader: table?.reader ?? null,
      rowCount: table?.rowCount ?? null,
    },
    columns: (table?.columns ?? []).map(({ name, type }) => {
      const { unit, reason } = described.get(name) ?? {};
      return { name, type, ...(unit !== undefined && { unit }), ...(reason !== undefined && { reason }) };
    }),
    time: table?.time ?? null,
    text: text === undefined ? null : textInfo(text),
    format: at.node.type === 'file' ? await optionsAt(at, names) : [],
    notes: notesOf(table),
  };
}

type Table = NonNullable<Awaited<ReturnType<typeof describeTable>>>;

function textInfo({
  encoding,
  delimiter,
  quote,
  lineEnds,
  skipped,
  dates,
  ...lines
}: Table['texts'][number]): TextInfo {
  const { headerLine, laterHeaderLines, unitsLine } = lines;
  return {
    ...{ encoding, delimiter, quote, lineEnds, laterHeaderLines, skipped },
    headerLine: headerLine ?? null,
    unitsLine: unitsLine ?? null,
    dates: dates ?? null,
  };
}

function notesOf(table: Table | undefined): readonly string[] {
  if (table === undefined) return ['it is not a table; a stated format would read it as CSV'];
  const notes = table.rowCount === 0 ? ['it has no rows'] : [];
  if (table.time !== undefined && table.time.first === null && table.rowCount > 0) {
    notes.push(`no row has a time in the column ${table.time.column}`);
  }
  return notes;
}
