/** The script of a site that writes the numbers of a chart. */
export const numberScript = String.raw`// Numbers of a chart, with as many digits as its range needs: different values on it have different texts.

/**
 * Returns {format, formatTick, tickLength} for numbers from low to high: texts of values, those of the axis, which are
 * rounder, and the length of the longest of these. lang is a language tag.
 */
export function numbersOf(low, high, lang) {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const spread = high - low || largest / 1000 || 1;
  const decimals = 3 - Math.floor(Math.log10(spread));
  const isPlain = largest < 1e9 && decimals <= 9;
  // Digits after the first one, up to those of the decimals.
  const digits = decimals + Math.floor(Math.log10(largest || 1));
  const formatOf = (left) => {
    const maximumFractionDigits = Math.max(0, Math.min((isPlain ? decimals : digits) - left, 15));
    const number = new Intl.NumberFormat(lang, {notation: isPlain ? "standard" : "scientific", maximumFractionDigits});
    // Not 0E0.
    return (value) => value === 0 ? "0" : number.format(value);
  };
  const formatTick = formatOf(2);
  return {format: formatOf(0), formatTick, tickLength: Math.max(formatTick(low).length, formatTick(high).length)};
}
`;
