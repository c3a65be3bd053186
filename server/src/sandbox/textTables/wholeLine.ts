import { lazy } from '../../base/lazy.ts';
import { type TextLayout } from './layout.ts';

/**
 * Returns a function that is true for a line above the rows that DuckDB takes for one line too: it divides the lines that
 * it skips into fields, and a quoted field goes on after the end of its line.
 */
export function wholeLineTest({ delimiter, quote }: TextLayout): (line: string) => boolean {
  if (quote === '') return () => true;
  const [mark, end] = [quote, delimiter].map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const field = `(?:${mark}[^${mark}]*${mark}|(?:(?!${end})[^${mark}])*)`;
  const line = lazy(() => new RegExp(`^${field}(?:${end}${field})*$`, 's'));
  return (text) => !text.includes(quote) || line().test(text);
}
