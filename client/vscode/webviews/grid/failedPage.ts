import { namedLine } from '../../../../server/src/base/namedLine.ts';
import { type OfferedFormat } from '../../queries/formatStrings.ts';
import { element } from './element.ts';
import { type FromGridPage, type GridState, type TableQuery } from './messages.ts';

type FailedState = Extract<GridState, { type: 'failed' }>;

/** Returns the title of a table that could not be opened. */
export function failedTitle(query: TableQuery): string {
  if ('diff' in query) return 'The tables could not be compared.';
  return 'path' in query ? 'The table could not be read.' : 'The query failed.';
}

/** Returns the reason why a table could not be opened, and buttons for what lets it be read. */
export function failedElements(
  { run, message, hint, offers }: FailedState,
  post: (message: FromGridPage) => void,
): readonly HTMLElement[] {
  const reason = element('pre', { class: 'error', role: 'alert' }, message);
  const hints = hint === undefined ? [] : [element('p', { class: 'hint' }, ...withCode(hint))];
  const path = offers.at(-1)?.path;
  if (path === undefined) return [reason, ...hints];
  const buttons = [
    ...offerButtons(offers, (offer) => post({ type: 'stateFormat', run, offer })),
    // With a line, a large file opens as text too.
    button('Show Text', () => post({ type: 'follow', to: 'file', path, line: namedLine(message) ?? 1 })),
  ];
  return [
    reason,
    ...hints,
    element('div', { class: 'offers', role: 'group', 'aria-label': 'Ways to Read It' }, ...buttons),
  ];
}

/** A text whose parts in backticks are code. */
function withCode(text: string): readonly (Node | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)));
}

/** Buttons that state formats. */
export function offerButtons(
  offers: readonly OfferedFormat[],
  state: (offer: OfferedFormat) => void,
): readonly HTMLElement[] {
  return offers.map((offer) => button(offer.title, () => state(offer)));
}

function button(text: string, run: () => void): HTMLElement {
  const made = element('button', { type: 'button', class: 'toggle' }, text);
  made.addEventListener('click', run);
  return made;
}
