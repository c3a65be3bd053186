/** Result of a step that was not made before: see LazyAutomaton.step. Other negative results end a run. */
export const unknownStep = -1;

/** Distance of two states in the table. With a power of two, the entries for digits of all states share few cache lines. */
const stride = 272;

/** A state shifted to the right by this many bits is an index that takes fewer bytes than the state itself. */
export const stateShift = 4;

/** States beyond this number are replaced: see `AutomatonRules.simplified`. */
const statesMax = 4096;

/** Rules of an automaton. */
interface AutomatonRules<S> {
  /** The state after a byte, or a negative number, less than -1, that ends the run. */
  readonly next: (state: S, byte: number) => S | number;
  /** Equal for equal states alone. */
  readonly keyOf: (state: S) => string;
  /** The state in place of one of too many; there are few of these. */
  readonly simplified: (state: S) => S;
}

/** A finite automaton over bytes: one table look-up for each. States and steps are added when they are needed. */
export class LazyAutomaton<S> {
  /** By state plus byte: the next state, or a negative number. `step` may replace it. */
  table = new Int32Array(64 * stride).fill(unknownStep);
  readonly #rules: AutomatonRules<S>;
  readonly #states: S[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(rules: AutomatonRules<S>) {
    this.#rules = rules;
  }

  /** The state of a number. */
  stateOf(number: number): S {
    return this.#states[number / stride]!;
  }

  /** Adds a step to `table`, and returns its result. */
  step(number: number, byte: number): number {
    const next = this.#rules.next(this.stateOf(number), byte);
    const result = typeof next === 'number' ? next : this.numberOf(next);
    this.table[number + byte] = result;
    return result;
  }

  /** The number of a state, which is added when it is new. */
  numberOf(state: S): number {
    const known = this.#numbers.get(this.#rules.keyOf(state));
    if (known !== undefined) return known;
    const added = this.#states.length < statesMax ? state : this.#rules.simplified(state);
    const key = this.#rules.keyOf(added);
    const number = this.#numbers.get(key) ?? (this.#states.push(added) - 1) * stride;
    this.#numbers.set(key, number);
    if (number >= this.table.length) this.#grow();
    return number;
  }

  #grow(): void {
    const grown = new Int32Array(this.table.length * 2).fill(unknownStep);
    grown.set(this.table);
    this.table = grown;
  }
}

/** Marks of states, 1 by state shifted to the right by `stateShift`, which grow with the states. */
export class StateMarks {
  bytes = new Uint8Array(2048);

  has(state: number): boolean {
    return this.bytes[state >> stateShift] === 1;
  }

  add(state: number): void {
    const at = state >> stateShift;
    if (at >= this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, at + 1));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[at] = 1;
  }
}
