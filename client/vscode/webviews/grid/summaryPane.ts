import { type ColumnSummary } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';
import { durationText, percentText } from './summaryText.ts';
import { typeText } from './header.ts';
import { readableValue } from './times.ts';
import { numberText } from '../../numberStrings.ts';

/** Returns the elements of the facts about a column. */
export function summaryElements(summary: ColumnSummary): readonly HTMLElement[] {
  const { column, histogram } = summary;
  return [
    element('h2', {}, column.name, element('span', { class: 'type' }, typeText(column))),
    facts(factsOf(summary)),
    ...(histogram.length > 1 ? [histogramBars(histogram)] : []),
    ...frequentValues(summary),
  ];
}

type Fact = readonly [name: string, value: string];

function factsOf(summary: ColumnSummary): readonly Fact[] {
  const { column, rows, missing, distinct, isEstimated, min, max, numbers, times } = summary;
  const end = (text: string | null): string => (text === null ? '–' : readableValue(column, text));
  return [
    ['Rows', numberText(rows)],
    ['Missing', missing === 0 ? '0' : `${numberText(missing)} (${percentText(missing, rows)})`],
    ['Distinct', `${isEstimated ? '≈ ' : ''}${numberText(distinct)}`],
    [times === undefined ? 'Minimum' : 'First', end(min)],
    [times === undefined ? 'Maximum' : 'Last', end(max)],
    ...(numbers === undefined ? [] : numberFacts(numbers)),
    ...(times === undefined ? [] : timeFacts(times)),
  ];
}

function numberFacts({ mean, median, notFinite }: NonNullable<ColumnSummary['numbers']>): readonly Fact[] {
  const short = (text: string | null): string =>
    text === null ? '–' : numberText(Number(text), { maximumSignificantDigits: 8 });
  return [
    ['Mean', short(mean)],
    ['Median', median === null ? '–' : `≈ ${short(median)}`],
    ...(notFinite === 0 ? [] : [['NaN or infinite', numberText(notFinite)] as const]),
  ];
}

function timeFacts(times: NonNullable<ColumnSummary['times']>): readonly Fact[] {
  const { stepSeconds, gaps, longestGapSeconds, longestGapFrom, duplicates } = times;
  return [
    ['Usual step', stepSeconds === null ? '–' : durationText(stepSeconds)],
    ['Gaps', numberText(gaps)],
    ...(longestGapSeconds === null || longestGapFrom === null
      ? []
      : [['Longest gap', `${durationText(longestGapSeconds)}, from ${longestGapFrom}`] as const]),
    ['Repeated times', numberText(duplicates)],
  ];
}

function facts(all: readonly Fact[]): HTMLElement {
  return element('dl', {}, ...all.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

/** Returns the bars of a histogram, with its ends below. */
export function histogramBars(histogram: ColumnSummary['histogram']): HTMLElement {
  const most = Math.max(...histogram.map(({ rows }) => rows));
  const first = histogram[0]?.low ?? '';
  const last = histogram.at(-1)?.high ?? '';
  const chart = element('div', { class: 'bars', role: 'img', 'aria-label': `Histogram from ${first} to ${last}` });
  for (const { low, high, rows } of histogram) {
    const bar = element('div', { class: 'barbox', title: `${low} to ${high}: ${numberText(rows)}` }, element('div'));
    const fill = bar.firstElementChild;
    if (fill instanceof HTMLElement) fill.style.height = rows === 0 ? '0' : `${Math.max(2, (rows / most) * 100)}%`;
    chart.append(bar);
  }
  return element(
    'div',
    { class: 'histogram' },
    chart,
    element('div', { class: 'ends' }, element('span', {}, first), element('span', {}, last)),
  );
}

function frequentValues(summary: ColumnSummary): readonly HTMLElement[] {
  const { top, distinct } = summary;
  if (top.length === 0) return [];
  // Any choice of them would be arbitrary.
  if (top[0]?.rows === 1 && distinct > top.length) return [element('p', { class: 'hint' }, 'Each value occurs once.')];
  return [element('h3', {}, 'Most frequent'), frequent(summary)];
}

function frequent({ column, top, rows }: ColumnSummary): HTMLElement {
  const list = element('ul', { class: 'frequent' });
  for (const { value, rows: count } of top) {
    const shown = value === '' ? '(empty)' : readableValue(column, value);
    const share = `${numberText(count)} (${percentText(count, rows)})`;
    list.append(
      element('li', {}, element('span', { title: shown }, shown), element('span', { class: 'count' }, share)),
    );
  }
  return list;
}
