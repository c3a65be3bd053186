import { type Column } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';
import { isSeconds, timeOfSeconds } from './times.ts';

/** Returns the time that the text of a value means, to be shown after it; empty where the text itself is readable. */
export function timeElements(column: Column, text: string | null | undefined): readonly HTMLElement[] {
  const time = isSeconds(column) ? timeOfSeconds(text ?? '') : undefined;
  return time === undefined ? [] : [element('span', { class: 'reading' }, time)];
}
