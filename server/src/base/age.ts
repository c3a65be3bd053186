/** Returns an age in its largest whole unit: `just now`, `5 min ago`, `2 h ago`, `3 days ago`. */
export function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

/**
 * True for a time that is less than a span away from now, before or after. A time in the future proves that the clock was
 * set back, and then nothing is known of its age: what is believed for a while must not be believed until then.
 */
export function isRecent(timeMs: number, nowMs: number, spanMs: number): boolean {
  return Math.abs(nowMs - timeMs) < spanMs;
}
