import { type TextFormat } from '../textFormat.ts';
import { type SheetCell } from './sheetRows.ts';

/** A cell as text: times as in ISO 8601 with a space, without a fraction of zero. */
export function textOf(cell: SheetCell | undefined): string {
  if (cell === undefined) return '';
  const { kind, value } = cell;
  if (kind !== 'date' && kind !== 'timestamp' && kind !== 'time') return String(value);
  const text = new Date(value).toISOString().replace('T', ' ').replace('Z', '');
  if (kind === 'date') return text.slice(0, 10);
  return (kind === 'time' ? text.slice(11) : text).replace(/\.000$/, '');
}

/** A cell as a text among others in which the decimal sign of a format is stated. */
export function statedTextOf(cell: SheetCell | undefined, { decimal }: Pick<TextFormat, 'decimal'>): string {
  const text = textOf(cell);
  return cell?.kind === 'number' && decimal === ',' ? text.replace('.', ',') : text;
}
