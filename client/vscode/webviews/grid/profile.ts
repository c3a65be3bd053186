/** Short facts about every column of a view, loaded one after the other as they become visible. */
import { type Column, type ColumnSummary } from '../../../../server/src/protocol/commands.ts';
import { element, fittedName } from './element.ts';
import { typeText } from './header.ts';
import { histogramBars } from './summaryPane.ts';
import { percentText } from './summaryText.ts';
import { numberText } from '../../numberStrings.ts';
import { messageOf } from './requests.ts';

/** Interface of the pane to the list. */
export interface ProfileHost {
  summary(column: Column): Promise<ColumnSummary>;
  /** Shows all facts about a column. */
  open(column: Column): void;
}

/** Returns a section for each column; those that are never visible load nothing. */
export function profileElements(columns: readonly Column[], host: ProfileHost): readonly HTMLElement[] {
  const columnOf = new Map<Element, Column>();
  let loads = Promise.resolve();
  const observer = new IntersectionObserver((seen) => {
    for (const { target } of seen.filter(({ isIntersecting }) => isIntersecting)) {
      observer.unobserve(target);
      const column = columnOf.get(target);
      if (column !== undefined) loads = loads.then(() => load(target, column, host));
    }
  });
  // A screen reader reads what the user goes to, not each section as it arrives.
  const list = element('div', { 'aria-live': 'off' });
  for (const column of columns) {
    const name = element('button', { type: 'button', class: 'link' }, fittedName(column.name));
    name.addEventListener('click', () => host.open(column));
    const type = element('span', { class: 'type' }, typeText(column));
    const section = element('section', { class: 'profile' }, element('h3', {}, name, type));
    columnOf.set(section, column);
    list.append(section);
    observer.observe(section);
  }
  return [element('h2', {}, 'All Columns'), list];
}

async function load(section: Element, column: Column, host: ProfileHost): Promise<void> {
  // The pane shows something else by now.
  if (!section.isConnected) return;
  try {
    const summary = await host.summary(column);
    section.append(element('p', { class: 'hint' }, factsText(summary)));
    if (summary.histogram.length > 1) section.append(histogramBars(summary.histogram));
  } catch (error) {
    if (section.isConnected) section.append(element('p', { class: 'hint' }, messageOf(error)));
  }
}

/** `3% missing · 12 distinct`, and the most frequent value where there is no histogram, which states its ends. */
function factsText({ rows, missing, distinct, isEstimated, histogram, top }: ColumnSummary): string {
  const [first] = top;
  const values =
    histogram.length > 1 || first === undefined
      ? []
      : [`mostly ${first.value === '' ? '(empty)' : first.value} (${percentText(first.rows, rows)})`];
  const count = `${isEstimated ? '≈ ' : ''}${numberText(distinct)} distinct`;
  return [missing === 0 ? 'none missing' : `${percentText(missing, rows)} missing`, count, ...values].join(' · ');
}
