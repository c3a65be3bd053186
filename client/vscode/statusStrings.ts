/** Texts about the state of a pond: of the status bar, and of what is staged. */
import { printable } from '../../server/src/base/printable.ts';
import { type HealthEvent } from '../../server/src/protocol/events.ts';
import { type ChangeInfo, type StatusInfo } from '../../server/src/protocol/info.ts';
import { countText } from './numberStrings.ts';

/** State shown in the status bar. */
export interface StatusReport {
  /** The pond: its name, and its host directory; undefined when none is open. */
  readonly pond: { readonly name: string; readonly directory: string } | undefined;
  /** Number of staged changes; undefined until known. */
  readonly staged: number | undefined;
  readonly conflicts: number;
  readonly isReadOnly: boolean;
  /** True when the folder of the pond is gone. */
  readonly isGone: boolean;
  /** States of the copies of the pond, one sentence each. */
  readonly backups: readonly string[];
  /** Findings of the opening of the pond, and files in quarantine: see findingsOf. */
  readonly findings: readonly string[];
  readonly state: 'starting' | 'running' | 'stopped';
  /** Of the server, whichever pond is shown. */
  readonly health: HealthEvent;
}

/** Text and appearance of the item in the status bar. */
interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly bad: 'error' | 'warning' | undefined;
}

/**
 * Findings of the opening of a pond, and each file in its quarantine, until it is removed: one line each. Their names
 * may be a stranger's, so invisible characters are escaped.
 */
export function findingsOf({ warnings, quarantined }: Pick<StatusInfo, 'warnings' | 'quarantined'>): readonly string[] {
  return [...warnings, ...quarantined.map(({ path, text }) => `${path}: ${text}`)].map(printable);
}

/** Returns the item; undefined when there is nothing to show. */
export function statusText(report: StatusReport): StatusText | undefined {
  const { pond, state, health, findings } = report;
  const name = pond === undefined ? 'DuckPond' : plainLabel(pond.name);
  if (state === 'stopped') {
    return {
      text: `$(error) ${name}`,
      tooltip: 'The pond server is not running. Click to show its log.',
      bad: 'error',
    };
  }
  if (state === 'starting') {
    return { text: `$(sync~spin) ${name}`, tooltip: 'The pond server is starting.', bad: undefined };
  }
  if (pond === undefined) {
    if (health.health === 'ok') return undefined;
    return { text: `$(warning) ${name}`, tooltip: printable(health.message), bad: 'error' };
  }
  if (report.isGone) {
    return { text: `$(error) ${name} · folder is gone`, tooltip: goneText(pond.directory), bad: 'error' };
  }
  const failure = health.health === 'error' ? [printable(health.message)] : [];
  const problems = [...failure, ...findings];
  return {
    text: [`$(${problems.length === 0 ? 'database' : 'warning'}) ${name}`, ...countsOf(report)].join(' · '),
    tooltip: [`Pond ${printable(pond.directory)}`, ...report.backups.map(printable), ...problems].join('\n'),
    bad: failure.length > 0 ? 'error' : problems.length > 0 || report.conflicts > 0 ? 'warning' : undefined,
  };
}

/** A change in words: `modified`, `renamed from /a.csv`, `removed, with 40 files`. */
export function changeText({ kind, displayFrom, from, filesBefore }: ChangeInfo): string {
  const origin = displayFrom ?? from;
  if (origin !== undefined) return `${kind} from ${origin}`;
  if (filesBefore === undefined) return kind;
  return `${kind}, with ${filesBefore.isAll ? '' : 'more than '}${countText(filesBefore.count, 'file')}`;
}

/** Sentences about a pond whose folder is not at its host path. */
export function goneText(directory: string): string {
  return `The folder ${printable(directory)} was removed or moved. Nothing is saved until it is back. If it was moved, run "Pond: Open Pond…".`;
}

function countsOf({ staged, isReadOnly, conflicts }: StatusReport): readonly string[] {
  return [
    ...(staged === undefined ? [] : [staged === 0 ? 'nothing staged' : `${staged} staged`]),
    ...(isReadOnly ? ['read-only'] : []),
    ...(conflicts === 0 ? [] : [`${conflicts} in conflict`]),
  ];
}

/** A name in the status bar: `$(name)` in it would be shown as an icon. */
const plainLabel = (name: string): string => printable(name).replaceAll('$(', '$\u200b(');
