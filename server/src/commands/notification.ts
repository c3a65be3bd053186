import { type PondNotification } from '../protocol/events.ts';
import { type PondEvent } from '../pond/types.ts';
import { commitInfo } from './info.ts';

/** The notification of a pond's event for clients that know the pond as `pond`. */
export function notificationOf(pond: string, event: PondEvent): PondNotification {
  switch (event.kind) {
    case 'changed':
      return { kind: 'changed', event: { pond, changes: event.changes } };
    case 'committed':
      return { kind: 'committed', event: { pond, commit: commitInfo(event.commit) } };
    case 'refreshed':
      return { kind: 'committed', event: { pond, commit: null } };
  }
}

/** The same notification for clients that know the pond by another name. */
export function renamedNotification({ kind, event }: PondNotification, pond: string): PondNotification {
  return kind === 'changed' ? { kind, event: { ...event, pond } } : { kind, event: { ...event, pond } };
}
