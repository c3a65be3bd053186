/** Texts of facts about selected cells. */
import { type CellFacts } from '../../../../server/src/protocol/commands.ts';
import { durationText } from './summaryText.ts';

type Facts = readonly (readonly [name: string, value: string])[];

/** Returns the texts of facts about cells: `Count 3`, `NULL 1`, `Sum 12.5`, `Mean 6.25`, `Minimum 2.5`, `Maximum 10`. */
export function factTexts({ cells, missing, numbers, times, notFinite }: CellFacts): readonly string[] {
  const count = cells - missing;
  const facts: Facts = [
    ['Count', count.toLocaleString()],
    ...(missing === 0 ? [] : [['NULL', missing.toLocaleString()] as const]),
    ...(numbers === undefined ? [] : numberFacts(numbers, count)),
    ...(times === undefined ? [] : timeFacts(times, count)),
    ...(notFinite === 0 ? [] : [['Not finite', notFinite.toLocaleString()] as const]),
  ];
  return facts.map(([name, value]) => `${name} ${value}`);
}

function numberFacts({ count, sum, mean, min, max }: NonNullable<CellFacts['numbers']>, all: number): Facts {
  return [
    ...(count === all ? [] : [['Numbers', count.toLocaleString()] as const]),
    ['Sum', numberText(sum)],
    ['Mean', numberText(mean)],
    ['Minimum', min],
    ['Maximum', max],
  ];
}

function timeFacts({ count, first, last, spanSeconds }: NonNullable<CellFacts['times']>, all: number): Facts {
  return [
    ...(count === all ? [] : [['Times', count.toLocaleString()] as const]),
    ['First', first],
    ['Last', last],
    ['Span', durationText(spanSeconds)],
  ];
}

/** A number with the digits before its point in groups; the point is that of the cells. */
function numberText(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(text) ?? [];
  return whole === '' ? text : `${sign}${BigInt(whole).toLocaleString('en-US')}${fraction}`;
}
