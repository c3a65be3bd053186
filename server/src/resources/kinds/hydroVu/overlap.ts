/**
 * The range of time before the last stored reading of a location that the next run asks for again, and a sum over what
 * the service said of it: while the sum stays the same, no stored row is read.
 *
 * Invariants: the sum covers what was delivered in whole hours from `from` to the last stored reading. Everything that
 * it covers is stored. Without a sum, the range is compared with the stored rows.
 */
import { type HourSums, totalOf } from './hourSums.ts';

/** As the table of progress has it. */
export interface Overlap {
  /** First time to ask for again, seconds since 1970 UTC: a whole hour. */
  readonly from: number;
  /** 64 bits; undefined when it is unknown. */
  readonly sum: bigint | undefined;
}

/** Times, seconds since 1970 UTC, both inclusive. */
export interface TimeSpan {
  readonly start: number;
  readonly end: number;
}

interface OverlapStart {
  /** Undefined before the first run, and after one of a version that had none. */
  readonly stored: Overlap | undefined;
  /** Time of the last stored reading, seconds since 1970 UTC; 0 without any. */
  readonly keptUntil: number;
  /** Length of the overlap, seconds. */
  readonly seconds: number;
}

const hourSeconds = 3600;

/** Time that one request asks for again: readings of each second and twenty parameters fit into memory. */
const spanSeconds = 8 * 24 * hourSeconds;

/** See the top of the file. */
export class OverlapState {
  readonly #seconds: number;
  readonly #hours: HourSums = new Map();
  /** Sum over the range that is still to be asked for again. */
  #unasked: bigint | undefined;
  #from: number;
  #askUntil: number;
  #skippedFrom = Infinity;

  constructor({ stored, keptUntil, seconds }: OverlapStart) {
    this.#seconds = seconds;
    this.#askUntil = keptUntil;
    const wanted = this.#startBefore(keptUntil);
    this.#from = Math.min(stored?.from ?? wanted, wanted);
    this.#unasked = keptUntil === 0 ? 0n : stored?.from === this.#from ? stored.sum : undefined;
  }

  /** Returns the spans to ask for again, in order of time; empty when nothing is stored, or all was asked for. */
  spans(): readonly TimeSpan[] {
    const count = Math.ceil((this.#askUntil + 1 - this.#from) / spanSeconds);
    return Array.from({ length: this.#askUntil === 0 ? 0 : Math.max(1, count) }, (_, index) => {
      const start = this.#from + index * spanSeconds;
      return { start: Math.max(1, start), end: Math.min(start + spanSeconds - 1, this.#askUntil) };
    });
  }

  /** True when the whole range was delivered with these sums, and with the same ones before. */
  isUnchanged(sums: HourSums): boolean {
    return this.#unasked !== undefined && totalOf(sums) === this.#unasked;
  }

  /** First time whose readings `add` needs when the last of them has the time `last`; seconds since 1970 UTC. */
  neededFrom(last: number): number {
    return this.#askUntil > 0 ? 0 : this.#startBefore(last);
  }

  /** Adds readings that were delivered and are stored. */
  add(sums: HourSums): void {
    for (const [hour, sum] of sums) this.#hours.set(hour, BigInt.asUintN(64, (this.#hours.get(hour) ?? 0n) + sum));
  }

  /** Notes a reading at that time that was delivered and is not stored: a later run asks for it again. */
  addSkipped(time: number): void {
    this.#skippedFrom = Math.min(this.#skippedFrom, time);
  }

  /** Notes that a span was asked for again, and is stored as delivered. */
  endSpan({ end }: TimeSpan): void {
    if (end < this.#askUntil) {
      [this.#from, this.#unasked] = [end + 1, undefined];
    } else {
      [this.#askUntil, this.#unasked] = [0, 0n];
    }
  }

  /** Returns the range for the next run when `keptUntil` is the time of the last stored reading. */
  at(keptUntil: number): Overlap {
    const from = this.#askUntil > 0 ? this.#from : this.#startBefore(keptUntil);
    if (this.#skippedFrom < from) return { from: hourOf(this.#skippedFrom) * hourSeconds, sum: undefined };
    if (this.#skippedFrom <= keptUntil || this.#unasked === undefined) return { from, sum: undefined };
    const inRange = [...this.#hours].filter(([hour]) => hour * hourSeconds >= from || this.#askUntil > 0);
    return { from, sum: totalOf([...inRange, [-1, this.#unasked]]) };
  }

  #startBefore(time: number): number {
    return hourOf(Math.max(0, time - this.#seconds)) * hourSeconds;
  }
}

/** Number of the hour of a time, from 1970 UTC. */
function hourOf(seconds: number): number {
  return Math.floor(seconds / hourSeconds);
}
