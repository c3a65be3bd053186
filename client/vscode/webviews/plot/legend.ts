import { type Column } from '../../../../server/src/protocol/commands.ts';
import { element, fittedName } from '../grid/element.ts';
import { groupsShown, type GroupValues } from './loader.ts';
import { type ChosenPlot, yColumns } from './plotColumns.ts';
import { groupName, styleAt } from './series.ts';
import { type PlotStatement } from './statement.ts';

/** An entry of a legend: a series that can be drawn. */
interface LegendEntry {
  readonly key: string;
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly isShown: boolean;
}

/** Entries above which a legend can be searched. */
const searchedFrom = 13;

/** Entries that can be drawn: the columns of the table, and the values of its column of groups. */
interface Drawable {
  readonly columns: readonly Column[];
  readonly groups: GroupValues | undefined;
}

/** Returns the legends of a plot of series: of its columns, and of the values whose series they are. */
export function plotLegends(
  plot: ChosenPlot,
  { columns, groups }: Drawable,
  choose: (change: PlotStatement) => void,
): readonly HTMLElement[] {
  const { kind, x, ys, by } = plot;
  if (kind !== 'line' && kind !== 'area' && kind !== 'scatter') return [];
  const all = yColumns(columns, x).map(({ name }) => name);
  const entries = all.map((name, index): LegendEntry => {
    const style = by === undefined ? styleAt(index) : { color: 'currentColor', dashed: false };
    return { key: name, name, ...style, isShown: ys.includes(name) };
  });
  return [
    legend(entries, 'Columns', (name) => choose({ ys: toggled(all, ys, name) })),
    ...(plot.overlay === undefined ? [] : [element('p', { class: 'hint' }, `Dashed gray: version ${plot.overlay}`)]),
    ...(by === undefined || groups?.column !== by ? [] : [groupLegend(plot, groups, choose)]),
  ];
}

function groupLegend(
  plot: ChosenPlot,
  { column, values }: GroupValues,
  choose: (change: PlotStatement) => void,
): HTMLElement {
  const drawn = plot.groups ?? values.slice(0, groupsShown);
  const entries = values.map((value, index): LegendEntry => {
    const isShown = drawn.includes(value);
    return { key: JSON.stringify(value), name: groupName(value), ...styleAt(index), isShown };
  });
  return legend(entries, `Values of ${column}`, (key) => {
    const value = values.find((one) => JSON.stringify(one) === key) ?? null;
    choose({ groups: toggled(values, drawn, value) });
  });
}

/** The names with one shown or hidden, in the order of all; the last one stays. */
function toggled<T>(all: readonly T[], shown: readonly T[], name: T): readonly T[] {
  const next = all.filter((one) => (one === name ? !shown.includes(one) : shown.includes(one)));
  return next.length === 0 ? shown : next;
}

/** Returns a button for each series, which shows or hides it; many can be searched by name. */
function legend(entries: readonly LegendEntry[], label: string, toggle: (key: string) => void): HTMLElement {
  const root = element('div', { class: 'legend', role: 'group', 'aria-label': label });
  const buttons = entries.map((entry) => [entry, entryButton(entry, toggle)] as const);
  if (entries.length >= searchedFrom) {
    const search = element('input', {
      type: 'text',
      placeholder: `Search ${entries.length} names`,
      'aria-label': `Search ${label}`,
    });
    search.addEventListener('input', () => {
      const part = search.value.toLowerCase();
      for (const [{ name }, made] of buttons) made.hidden = !name.toLowerCase().includes(part);
    });
    root.append(search);
  }
  root.append(...buttons.map(([, made]) => made));
  return root;
}

function entryButton({ key, name, color, dashed, isShown }: LegendEntry, toggle: (key: string) => void): HTMLElement {
  const swatch = element('span', { class: dashed ? 'swatch dashed' : 'swatch' });
  swatch.style.color = isShown ? color : 'var(--vscode-descriptionForeground)';
  const button = element('button', { type: 'button', 'aria-pressed': String(isShown) }, swatch, fittedName(name));
  button.addEventListener('click', () => toggle(key));
  return button;
}
