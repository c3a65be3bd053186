/** Number of repetitions of tests that repeat themselves: few each time, and any number with `npm run proof`. */
const rounds = Number(process.env['POND_PROOF_ROUNDS'] ?? 1);
const firstSeed = Number(process.env['POND_PROOF_SEED'] ?? 1);

/** Returns a number of seeds, or a multiple of it. The same seeds give the same test. */
export function seeds(count: number): readonly number[] {
  return Array.from({ length: count * rounds }, (_, i) => firstSeed + i);
}
