import { countText } from './numberStrings.ts';

/**
 * A time, ISO 8601, in a zone (`UTC`, `Europe/Berlin`; empty: that of this computer), with the name of the zone. A zone
 * that is not known shows UTC, and says so; a text that is not a time stays as it is.
 */
export function zonedTime(iso: string, timeZone: string): string {
  return inZone(iso, timeZone, (time, zone) =>
    time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long', ...zone }),
  );
}

/** As `zonedTime`, in a form of one width that sorts: `2024-01-02 03:04:05 UTC`. */
export function sortableTime(iso: string, timeZone: string): string {
  return inZone(iso, timeZone, (time, zone) =>
    // The format of Sweden is that of ISO 8601.
    time.toLocaleString('sv-SE', {
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
      ...{ timeZoneName: 'short', ...zone },
    }),
  );
}

/** Age of a time, in whole units; its date if it is more than four weeks ago. */
export function ago(thenMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - thenMs) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / 60 / 24);
  return days <= 28 ? `${countText(days, 'day')} ago` : new Date(thenMs).toISOString().slice(0, 10);
}

/** Time since a start: `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function elapsedText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

type Format = (time: Date, zone: { readonly timeZone?: string }) => string;

function inZone(iso: string, timeZone: string, format: Format): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const zone = timeZone.trim();
  try {
    return format(time, zone === '' ? {} : { timeZone: zone });
  } catch {
    return `${format(time, { timeZone: 'UTC' })} (the zone "${zone}" is not known)`;
  }
}
