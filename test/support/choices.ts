import { type Choose } from './crashStates.ts';
import { randomOf } from './random.ts';

/** More than this is not a short workload any more: it is sampled. */
const sequencesMax = 100_000;

/** Runs `make` once for every possible sequence of choices, the first one all zeros. Throws when they are too many. */
export function* everyChoice<T>(make: (choose: Choose) => T): Generator<T> {
  let taken: { chosen: number; count: number }[] = [];
  let sequences = 0;
  do {
    if (++sequences > sequencesMax) throw new Error(`more than ${sequencesMax} states at one point: sample them`);
    const planned = taken;
    const met: typeof taken = [];
    const made = make((_, count) => {
      const chosen = planned[met.length]?.chosen ?? 0;
      met.push({ chosen, count });
      return chosen;
    });
    yield made;
    taken = next(met);
  } while (taken.length > 0);
}

/** Runs `make` with nothing kept, all kept, names without data, data without names, then `random` times by `seed`. */
export function* sampleChoices<T>(make: (choose: Choose) => T, random: number, seed: number): Generator<T> {
  yield make(() => 0);
  yield make((_, count) => count - 1);
  yield make((what, count) => (what === 'names' ? count - 1 : 0));
  yield make((what, count) => (what === 'data' ? count - 1 : 0));
  const pick = randomOf(seed);
  for (let done = 0; done < random; done++) yield make((_, count) => pick(count));
}

/** The choices up to the last one that can be incremented, with that one incremented; [] when none can. */
function next(met: readonly { chosen: number; count: number }[]): { chosen: number; count: number }[] {
  const turn = met.findLastIndex(({ chosen, count }) => chosen + 1 < count);
  return met.slice(0, turn + 1).map((choice, at) => (at === turn ? { ...choice, chosen: choice.chosen + 1 } : choice));
}
