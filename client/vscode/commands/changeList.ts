import { type ChangeInfo } from '../../../server/src/protocol/commands.ts';
import { shownPath } from '../pondUri.ts';
import { numberText } from '../numberStrings.ts';
import { changeText } from '../statusStrings.ts';

/** Changes that a question lists. */
const listedMax = 8;

/** Lines of a question about changes: the first ones by path and kind, and the number of the others. */
export function changeLines(changes: readonly ChangeInfo[]): readonly string[] {
  const lines = changes.slice(0, listedMax).map((change) => `${shownPath(change)}: ${changeText(change)}`);
  const more = changes.length - listedMax;
  return more > 0 ? [...lines, `and ${numberText(more)} more`] : lines;
}
