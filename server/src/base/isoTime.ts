/**
 * Returns the milliseconds since 1970 UTC of an ISO date, or of one with a time and an offset; undefined for a malformed text
 * and a day that is in no calendar. `Date.parse` takes the 30th of February for a day of March.
 */
export function isoTimeMs(text: string): number | undefined {
  const day = /^\d{4}-\d\d-\d\d(?=T|$)/.exec(text)?.[0];
  const [dayMs, ms] = [Date.parse(day ?? ''), Date.parse(text)];
  if (day === undefined || Number.isNaN(dayMs) || Number.isNaN(ms)) return undefined;
  return new Date(dayMs).toISOString().startsWith(day) ? ms : undefined;
}
