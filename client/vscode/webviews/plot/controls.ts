import { keysOf } from '../../../../server/src/base/keys.ts';
import { type Column } from '../../../../server/src/protocol/commands.ts';
import { element } from '../grid/element.ts';
import { OverflowBar } from '../grid/overflowBar.ts';
import { type ChosenPlot, xColumns, yColumns } from './plotColumns.ts';
import { type PlotKind, type PlotStatement } from './statement.ts';

const kindNames: Readonly<Record<PlotKind, string>> = {
  ...{ line: 'Lines', area: 'Areas', scatter: 'Scatter', bar: 'Bars', histogram: 'Histogram', rose: 'Wind Rose' },
};

const measureNames = { rows: 'Number of rows', sum: 'Sum', mean: 'Mean', min: 'Minimum', max: 'Maximum' } as const;

/** Actions of the controls. */
interface ControlsHost {
  /** The user chose something else. */
  choose(change: PlotStatement): void;
  reset(): void;
  overlay(): void;
  events(): void;
  save(below: HTMLElement): void;
  state(): void;
}

/** The controls of a plot. */
interface PlotControls {
  readonly root: HTMLElement;
  /** Shows the buttons that fit: to be called once the controls are in the page. */
  fit(): void;
}

/** Returns the controls of a plot: its type, its columns, and buttons. */
export function plotControls(columns: readonly Column[], plot: ChosenPlot, host: ControlsHost): PlotControls {
  const { kind, x, ys, by, measure = 'rows' } = plot;
  const names = (list: readonly Column[]): readonly Option[] => list.map(({ name }) => [name, name]);
  const measured = yColumns(columns, x);
  const isSeries = kind === 'line' || kind === 'area' || kind === 'scatter';
  const types = select('Type', Object.entries(kindNames), kind, (value) => {
    const chosen = plotKindOf(value);
    if (chosen !== undefined) host.choose({ kind: chosen, x: undefined, ys: undefined, range: undefined });
  });
  const xLabel = kind === 'rose' ? 'Direction' : kind === 'histogram' ? 'Values' : 'X axis';
  const choices = element(
    'div',
    { class: 'choices' },
    types,
    select(xLabel, names(xColumns(columns, kind)), x, (value) => host.choose({ x: value, range: undefined })),
  );
  if (kind === 'rose')
    choices.append(select('Speed', names(measured), ys[0] ?? '', (value) => host.choose({ ys: [value] })));
  if (kind === 'bar') {
    choices.append(
      select('Height', Object.entries(measureNames), measure, (value) => host.choose(measureChange(value))),
    );
    if (measure !== 'rows')
      choices.append(select('Of', names(measured), ys[0] ?? '', (value) => host.choose({ ys: [value] })));
  }
  if (isSeries) {
    const others = columns.filter(({ name }) => name !== x);
    const options: readonly Option[] = [['', 'None'], ...names(others)];
    choices.append(
      select('Series by', options, by ?? '', (value) => host.choose({ by: value || undefined, groups: undefined })),
    );
  }
  const tools = element('div', { class: 'plottools' });
  const overflow = new OverflowBar(tools);
  const saves = button('Save Picture…', () => host.save(overflow.anchor(saves)));
  saves.setAttribute('aria-haspopup', 'menu');
  const zooms = isSeries || kind === 'histogram';
  const overlay = plot.overlay === undefined ? 'Overlay Version…' : `Remove Version ${plot.overlay}`;
  const buttons = [
    ...(zooms ? [button('Reset Zoom', () => host.reset(), '0'), button(overlay, () => host.overlay())] : []),
    ...(isSeries ? [button(plot.events === undefined ? 'Events…' : 'Remove Events', () => host.events())] : []),
    saves,
    button('Save in Query', () => host.state(), 'State the plot in a comment of the query'),
  ];
  tools.append(...buttons, overflow.more);
  overflow.setButtons(buttons);
  const root = element('div', { class: 'controls', role: 'toolbar', 'aria-label': 'Plot' }, choices, tools);
  return { root, fit: () => overflow.fit() };
}

type Option = readonly [value: string, label: string];

function plotKindOf(value: string): PlotKind | undefined {
  return keysOf(kindNames).find((kind) => kind === value);
}

function measureChange(value: string): PlotStatement {
  return { measure: keysOf(measureNames).find((measure) => measure === value) };
}

/** A list with a label; the chosen value is kept even when the list lacks it. */
function select(
  label: string,
  options: readonly Option[],
  value: string,
  choose: (value: string) => void,
): HTMLElement {
  const list = element('select', { 'aria-label': label });
  for (const [name, text] of options) {
    const option = element('option', { value: name }, text);
    option.selected = name === value;
    list.append(option);
  }
  list.addEventListener('change', () => choose(list.value));
  return element('label', { class: 'control' }, label, list);
}

function button(text: string, run: () => void, title?: string): HTMLElement {
  const made = element('button', { class: 'toggle', type: 'button', ...(title !== undefined && { title }) }, text);
  made.addEventListener('click', run);
  return made;
}
