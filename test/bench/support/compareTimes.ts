import { type Contender, interleaved, type Rounds } from './measure.ts';
import { childrenOf, hasProcessFacts, processorTime } from './processFacts.ts';
import { type Comparison, printRatio } from './report.ts';

/** A comparison of two contenders, `ours` and `theirs`. */
interface ComparedWork extends Omit<Comparison, 'ours' | 'theirs' | 'unit'> {
  readonly ours: () => Promise<unknown>;
  readonly theirs: () => Promise<unknown>;
}

/**
 * Runs two contenders alternately and prints their times; then, where the system reports it, their processor times, which
 * depend less on what else the machine does: of this process and of those that it started, the mean of the rounds.
 */
export async function compareTimes({ what, ours, theirs, ...printed }: ComparedWork, rounds: Rounds): Promise<void> {
  const processor = { ours: 0, theirs: 0 };
  const timed =
    (name: keyof typeof processor, work: () => Promise<unknown>): Contender =>
    async (round) => {
      const before = usedMs();
      await work();
      if (round >= rounds.warmUp) processor[name] += usedMs() - before;
    };
  const times = await interleaved({ theirs: timed('theirs', theirs), ours: timed('ours', ours) }, rounds);
  printRatio({ ...printed, what, ours: times.ours, theirs: times.theirs });
  if (!hasProcessFacts) return;
  const [own, their] = [processor.ours / rounds.rounds, processor.theirs / rounds.rounds];
  printRatio({ ...printed, what: `${what}, processor time`, ours: own, theirs: their });
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  const below = (pid: number): number =>
    childrenOf(pid).reduce((sum, child) => sum + processorTime(child) + below(child), 0);
  return (user + system) / 1000 + below(process.pid);
}
