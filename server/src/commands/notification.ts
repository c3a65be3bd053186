import { type ChangedEvent, type CommittedEvent } from '../protocol/events.ts';
import { type PondEvent } from '../pond/types.ts';
import { commitInfo } from './info.ts';

/** An event of a pond, as sent to clients. */
export type PondNotification =
  | { readonly kind: 'changed'; readonly event: ChangedEvent }
  | { readonly kind: 'committed'; readonly event: CommittedEvent };

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
export function renamedNotification(notice: PondNotification, pond: string): PondNotification {
  return notice.kind === 'changed'
    ? { kind: 'changed', event: { ...notice.event, pond } }
    : { kind: 'committed', event: { ...notice.event, pond } };
}
