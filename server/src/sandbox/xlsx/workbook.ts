import { posix } from 'node:path';
import { type TimeFormat, timeFormatOf } from './timeFormat.ts';
import { unescapedText } from './cellText.ts';
import { parseWhole } from './xml.ts';
import { type ZipArchive } from './zipArchive.ts';

/** A workbook without its cells. */
export interface Workbook {
  /** The worksheets in their order, with their parts of the archive; sheets of charts are left out. */
  readonly sheets: readonly { readonly name: string; readonly part: string }[];
  /** True if times count from 1904, as in files of old Macs. */
  readonly is1904: boolean;
  /** True if the values of formulas are those to be computed when a person opens the file, and not the stored ones. */
  readonly isToBeComputed: boolean;
  /** Meaning of the numbers of each cell style: a time, or undefined for a number. */
  readonly styles: readonly (TimeFormat | undefined)[];
  /** Texts that cells refer to by index. */
  readonly texts: readonly string[];
}

interface Relation {
  readonly type: string;
  readonly target: string;
}

/** Numbers of parts, sheets, formats and styles: Excel allows fewer of each. */
const itemsMax = 100_000;

function requireFew(count: number, what: string): void {
  if (count > itemsMax) throw new Error(`it has more than ${itemsMax} ${what}`);
}

/** Reads a workbook; the shared texts may have `textBytesMax` bytes. Throws an Error with the reason for a fault. */
export async function readWorkbook(archive: ZipArchive, textBytesMax: number): Promise<Workbook> {
  const root = await relationsOf(archive, '');
  const main = [...root.values()].find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  if (!archive.has(main)) throw new Error('it is not an Excel workbook (.xlsx)');
  const relations = await relationsOf(archive, main);
  const partOf = (type: string) => [...relations.values()].find((relation) => relation.type === type)?.target ?? '';
  const listed: { readonly name: string; readonly id: string }[] = [];
  let is1904 = false;
  let isToBeComputed = false;
  await parseWhole(archive.read(main), {
    open(element, attributes) {
      if (element === 'workbookPr') is1904 = isTrue(attributes['date1904']);
      if (element === 'calcPr') isToBeComputed = isTrue(attributes['fullCalcOnLoad']);
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1];
      if (element === 'sheet' && id !== undefined) listed.push({ name: attributes['name'] ?? '', id });
      requireFew(listed.length, 'sheets');
    },
  });
  const sheets = listed.flatMap(({ name, id }) => {
    const relation = relations.get(id);
    return relation?.type === 'worksheet' ? [{ name, part: relation.target }] : [];
  });
  return {
    sheets,
    is1904,
    isToBeComputed,
    styles: await stylesOf(archive, partOf('styles')),
    texts: await textsOf(archive, partOf('sharedStrings'), textBytesMax),
  };
}

const isTrue = (attribute = ''): boolean => /^(1|true)$/.test(attribute);

/** The relations of a part by id, with the last word of their types and the parts that they point to. */
async function relationsOf(archive: ZipArchive, part: string): Promise<ReadonlyMap<string, Relation>> {
  const directory = part === '' ? '' : posix.dirname(part);
  const relations = new Map<string, Relation>();
  await parseWhole(archive.read(posix.join(directory, '_rels', `${posix.basename(part)}.rels`)), {
    open(element, { Id: id, Type: type = '', Target: target = '', TargetMode: mode }) {
      if (element !== 'Relationship' || id === undefined || mode === 'External') return;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(directory, target);
      requireFew(relations.size, 'parts');
      relations.set(id, { type: type.slice(type.lastIndexOf('/') + 1), target: path });
    },
  });
  return relations;
}

async function stylesOf(archive: ZipArchive, part: string): Promise<readonly (TimeFormat | undefined)[]> {
  const codes = new Map<number, string>();
  const styles: number[] = [];
  let isInCells = false;
  await parseWhole(archive.read(part), {
    open(element, { numFmtId = '0', formatCode = '' }) {
      if (element === 'cellXfs') isInCells = true;
      if (element === 'numFmt') codes.set(Number(numFmtId), formatCode);
      if (element === 'xf' && isInCells) styles.push(Number(numFmtId));
      requireFew(Math.max(codes.size, styles.length), 'formats');
    },
    close(element) {
      if (element === 'cellXfs') isInCells = false;
    },
  });
  const formats = new Map([...new Set(styles)].map((id) => [id, timeFormatOf(id, codes.get(id))]));
  return styles.map((id) => formats.get(id));
}

async function textsOf(archive: ZipArchive, part: string, bytesMax: number): Promise<readonly string[]> {
  const texts: string[] = [];
  let text = '';
  let bytes = 0;
  let isText = false;
  let isPhonetic = false;
  await parseWhole(archive.read(part), {
    open(element) {
      if (element === 'si') text = '';
      if (element === 'rPh') isPhonetic = true;
      isText = element === 't' && !isPhonetic;
    },
    text(part) {
      if (isText) text += part;
      if (bytes + 2 * text.length > bytesMax) throw new Error('its texts do not fit into memory');
    },
    close(element) {
      isText = false;
      if (element === 'rPh') isPhonetic = false;
      if (element !== 'si') return;
      // A text of one character occupies much more than its character.
      bytes += 64 + 2 * text.length;
      if (bytes > bytesMax) throw new Error('its texts do not fit into memory');
      texts.push(unescapedText(text));
    },
  });
  return texts;
}
