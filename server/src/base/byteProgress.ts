import { type Job } from './job.ts';

/** Time after which the speed is known well enough for the time left, milliseconds. */
const knownAfterMs = 2_000;

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Reports bytes of a step as progress; `detail` follows the name of the step, and may change within it. */
type ReportBytes = (step: string, done: number, total?: number, detail?: string) => void;

/**
 * Returns a function that reports bytes of the steps of a job, in a unit that suits the total, with the time left once the
 * speed is known. `now` is milliseconds of a clock that only goes forward.
 */
export function byteProgress(progress: Job['progress'], now: () => number = () => performance.now()): ReportBytes {
  let current = '';
  let startedAt = 0;
  return (step, done, total, detail = '') => {
    if (step !== current) [current, startedAt] = [step, now()];
    const power = unitOf(total ?? done);
    const scaled = (bytes: number): number =>
      Math.round((bytes / 1000 ** power) * (power === 0 ? 1 : 10)) / (power === 0 ? 1 : 10);
    const left = timeLeft(now() - startedAt, done, total);
    progress?.(
      `${step}${detail}, ${units[power]}${left}`,
      scaled(done),
      ...(total === undefined ? [] : [scaled(total)]),
    );
  };
}

function unitOf(bytes: number): number {
  if (bytes < 10_000) return 0;
  return Math.min(units.length - 1, Math.floor((Math.log10(bytes) - 1) / 3));
}

function timeLeft(elapsedMs: number, done: number, total: number | undefined): string {
  if (total === undefined || elapsedMs < knownAfterMs || done === 0) return '';
  const seconds = Math.ceil(((elapsedMs / done) * (total - done)) / 1000);
  return seconds < 120 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}
