import { readFileSync } from 'node:fs';
import { median } from './measure.ts';
import { printRatio } from './report.ts';

/** Cost of work. */
export interface Cost {
  /** Milliseconds. */
  readonly elapsed: number;
  /** Milliseconds of processor time, of this process and another; NaN where that of the other is not known. */
  readonly processor: number;
}

/** The cost of work in this process, and in the process with this ID. */
export async function costOf(work: () => Promise<unknown>, pid?: number): Promise<Cost> {
  const [start, before] = [performance.now(), processorTime(pid)];
  await work();
  return { elapsed: performance.now() - start, processor: processorTime(pid) - before };
}

/** Costs of the same work, in rounds. */
interface Costs {
  readonly what: string;
  readonly ours: readonly Cost[];
  readonly peer: string;
  readonly theirs: readonly Cost[];
  /** Target of the ratio of the elapsed times: at most this. */
  readonly most?: number;
}

/** Prints the ratios of the medians: of the elapsed time, and of the processor time. */
export function printCosts({ what, ours, peer, theirs, most }: Costs): void {
  const medianOf = (costs: readonly Cost[], part: keyof Cost): number => median(costs.map((cost) => cost[part]));
  const [elapsed, processor] = (['elapsed', 'processor'] as const).map((part) => ({
    ours: medianOf(ours, part),
    peer,
    theirs: medianOf(theirs, part),
  }));
  printRatio({ what, ...elapsed!, ...(most !== undefined && { most }) });
  printRatio({ what: `${what}, processor time`, ...processor! });
}

/** Clock ticks per second in /proc, on all systems that have it. */
const ticksPerSecond = 100;

function processorTime(pid: number | undefined): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + (pid === undefined ? 0 : processorTimeOf(pid));
}

function processorTimeOf(pid: number): number {
  try {
    // The name of the program, in parentheses, may contain spaces. The times are fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  } catch {
    return NaN;
  }
}
