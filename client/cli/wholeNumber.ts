import { PondError } from '../../server/src/base/error.ts';

/** Returns an option's number. Fails `usage` unless it is a whole number of at least `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (number >= least) return number;
  throw new PondError('usage', `${option} takes a whole number from ${least}, got '${text}'`);
}
