/** When the runs of a schedule are due, and their texts. */
import { isRecord } from '../../../server/src/base/record.ts';
import { isDurationError, parseDuration } from '../../../server/src/base/duration.ts';

/** Shortest and longest interval, milliseconds: a timer of Node takes no longer one. */
const intervalMsMin = 10_000;
const intervalMsMax = 12 * 24 * 3600_000;

/** Runs that the settings schedule: by host directory of the pond, then by `KIND/NAME`, an interval such as `15 min`. */
type ScheduleSetting = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Parses an interval in milliseconds; a sentence for a text that is not one from ten seconds to twelve days. */
export function parseInterval(text: string): number | string {
  const parsed = parseDuration(text);
  if (isDurationError(parsed)) return `${parsed.message.charAt(0).toUpperCase()}${parsed.message.slice(1)}.`;
  const ms = parsed.microseconds / 1000;
  if (parsed.months === 0 && ms >= intervalMsMin && ms <= intervalMsMax) return ms;
  return 'Write an interval from 10 s to 12 days, such as 15 min, 1 h or 1 day.';
}

/** The next run of a schedule. */
interface NextRun {
  /** Milliseconds since 1970 UTC; at `nowMs` or before for one that is due. */
  readonly atMs: number;
  /** Runs that were due since the last one and did not happen, without the one that is due now. */
  readonly missed: number;
}

/** Returns the next run after the last one began; the first run of a schedule is due at once. */
export function nextRun(lastMs: number | undefined, intervalMs: number, nowMs: number): NextRun {
  // A clock that was set back must not stop a schedule.
  if (lastMs === undefined || lastMs > nowMs) return { atMs: nowMs, missed: 0 };
  const passed = Math.floor((nowMs - lastMs) / intervalMs);
  return { atMs: lastMs + intervalMs, missed: Math.max(0, passed - 1) };
}

/** Parses the setting; what is not of its form is left out. */
export function readSchedules(setting: unknown): ScheduleSetting {
  const ponds = isRecord(setting) ? Object.entries(setting) : [];
  return Object.fromEntries(
    ponds.map(([pond, schedules]) => {
      const entries = isRecord(schedules) ? Object.entries(schedules) : [];
      return [
        pond,
        Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
      ];
    }),
  );
}

/** The setting with the schedule of a resource replaced, or removed without an interval. */
export function withSchedule(
  setting: ScheduleSetting,
  { pond, title }: { readonly pond: string; readonly title: string },
  interval: string | undefined,
): ScheduleSetting {
  const others = Object.entries(setting[pond] ?? {}).filter(([name]) => name !== title);
  const now = Object.fromEntries(interval === undefined ? others : [...others, [title, interval]]);
  const rest = Object.entries(setting).filter(([name]) => name !== pond);
  return Object.fromEntries(Object.keys(now).length === 0 ? rest : [...rest, [pond, now]]);
}
