/**
 * Numbers of commits. The commit of a pond and the version of the Delta table that it is stored as have the same
 * number, so one type serves both; only the column of a row is called `txn`.
 */
import { assert } from '../base/assert.ts';

declare const brand: unique symbol;

/** Number of a commit: a safe integer from 0. Numbers from outside become one through parseCommitNumber. */
export type CommitNumber = number & { readonly [brand]: 'CommitNumber' };

/** Commits `from` to `to`, both inclusive. */
export interface CommitRange {
  readonly from: CommitNumber;
  readonly to: CommitNumber;
}

/** Returns the value as a commit number; undefined when it is not a safe integer from 0. */
export function parseCommitNumber(value: unknown): CommitNumber | undefined {
  return isCommitNumber(value) ? value : undefined;
}

/** True for a safe integer from 0. */
export function isCommitNumber(value: unknown): value is CommitNumber {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Returns a computed number as a commit number; asserts that it is one. */
export function commitNumber(value: number): CommitNumber {
  assert(isCommitNumber(value), () => `${value} is not the number of a commit`);
  return value;
}

/** Number of the first commit. */
export const firstCommit = commitNumber(0);

/** Returns the number that follows. */
export function nextCommit(number: CommitNumber): CommitNumber {
  return commitNumber(number + 1);
}

/** Returns the number before; undefined for the first. */
export function previousCommit(number: CommitNumber): CommitNumber | undefined {
  return number === 0 ? undefined : commitNumber(number - 1);
}

/** Returns the latest of some numbers, of which there is at least one. */
export function latestCommit(...numbers: readonly [CommitNumber, ...CommitNumber[]]): CommitNumber {
  return commitNumber(Math.max(...numbers));
}

/** Yields the numbers from one up to another, both inclusive; none when the other is lower. */
export function* commitsUp(from: CommitNumber, to: CommitNumber): Generator<CommitNumber> {
  for (let number: number = from; number <= to; number++) yield commitNumber(number);
}

/** Yields the numbers from one down to another, both inclusive; none when the other is higher. */
export function* commitsDown(from: CommitNumber, to: CommitNumber = firstCommit): Generator<CommitNumber> {
  for (let number: number = from; number >= to; number--) yield commitNumber(number);
}
