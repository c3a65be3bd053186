/** Texts of facts about selected cells. */
import { type CellFacts } from '../../../../server/src/protocol/commands.ts';
import { numberText } from '../../numberStrings.ts';
import { durationText } from './summaryText.ts';

type Facts = readonly (readonly [name: string, value: string])[];

/** Returns the texts of facts about cells: `Count 3`, `NULL 1`, `Sum 12.5`, `Mean 6.25`, `Minimum 2.5`, `Maximum 10`. */
export function factTexts({ cells, missing, numbers, times, notFinite }: CellFacts): readonly string[] {
  const count = cells - missing;
  const facts: Facts = [
    ['Count', numberText(count)],
    ...(missing === 0 ? [] : [['NULL', numberText(missing)] as const]),
    ...(numbers === undefined ? [] : numberFacts(numbers, count)),
    ...(times === undefined ? [] : timeFacts(times, count)),
    ...(notFinite === 0 ? [] : [['Not finite', numberText(notFinite)] as const]),
  ];
  return facts.map(([name, value]) => `${name} ${value}`);
}

function numberFacts({ count, sum, mean, min, max }: NonNullable<CellFacts['numbers']>, all: number): Facts {
  return [
    ...(count === all ? [] : [['Numbers', numberText(count)] as const]),
    ['Sum', groupedText(sum)],
    ['Mean', groupedText(mean)],
    ['Minimum', min],
    ['Maximum', max],
  ];
}

function timeFacts({ count, first, last, spanSeconds }: NonNullable<CellFacts['times']>, all: number): Facts {
  return [
    ...(count === all ? [] : [['Times', numberText(count)] as const]),
    ['First', first],
    ['Last', last],
    ['Span', durationText(spanSeconds)],
  ];
}

/** A number with the digits before its point in groups; the point is that of the cells. */
function groupedText(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(text) ?? [];
  return whole === '' ? text : `${sign}${numberText(BigInt(whole))}${fraction}`;
}
