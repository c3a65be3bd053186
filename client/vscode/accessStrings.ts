/** The question before resources do what reaches out of the pond. */
import { printable } from '../../server/src/base/printable.ts';
import { type HostAccessInfo, type ResourceInfo } from '../../server/src/protocol/resources.ts';
import { titleOf } from './resources/strings.ts';

/** The answer that allows. */
export const allowAnswer = 'Allow and Run';

/** Lines of a question: a dialog with more has its buttons below the screen. */
const linesMax = 20;
/** Characters of a line: the rest of a longer one would hide the others. */
const lineLengthMax = 300;

/** Accesses of a run that were not allowed on this computer. */
export function missingAccess(found: readonly HostAccessInfo[]): readonly HostAccessInfo[] {
  return found.filter(({ state, isAllowed }) => state === 'committed' && !isAllowed);
}

/**
 * A question about accesses of which all are allowed together; `resources` are those of a pond to run, all when there are
 * none.
 * Undefined when there are too many to show, or one is too long: a person allows only what the question shows.
 */
export function accessQuestion(
  pondName: string,
  resources: readonly Pick<ResourceInfo, 'kind' | 'name'>[],
  accesses: readonly HostAccessInfo[],
): { readonly question: string; readonly detail: string } | undefined {
  const lines = accesses.map(({ resource, access }) => printable(`${resource} ${access}`));
  if (lines.length > linesMax || lines.some(({ length }) => length > lineLengthMax)) return undefined;
  const [first] = resources;
  const subject = first !== undefined && resources.length === 1 ? titleOf(first) : 'Resources';
  return {
    question: printable(`${subject} of ${pondName} may do more than change the pond. Do you trust the author?`),
    detail: lines.join('\n'),
  };
}

/** Message in place of a question that would not show all of `count` accesses. */
export function tooManyText(count: number): string {
  const all = count === 1 ? 'what the resource does' : `all ${count} things that the resources do`;
  return `A question cannot show ${all} on this computer. Read them with 'pond allow --list' in a terminal, and allow them there by 'pond allow NAME', or run fewer resources at a time.`;
}
