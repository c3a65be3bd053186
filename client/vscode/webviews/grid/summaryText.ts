/** Texts of a summary. */
import { numberText } from '../../numberStrings.ts';

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** Seconds as a person says them: `10 min`, `1 h 40 min`, `1.5 s`. */
export function durationText(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.abs(seconds);
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${numberText(count)} ${unit}`);
    rest -= count * size;
  }
  const fraction = Number(rest.toPrecision(6));
  if (fraction > 0 || parts.length === 0) parts.push(`${fraction} s`);
  return parts.slice(0, 2).join(' ');
}

/** The share of a part, which is 0% and 100% only if it is exactly that: `< 0.1%`, `12.5%`. */
export function percentText(part: number, whole: number): string {
  if (whole === 0) return '0%';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 0.1) return '< 0.1%';
  if (part < whole && percent > 99.9) return '> 99.9%';
  return `${Number(percent.toFixed(1))}%`;
}
