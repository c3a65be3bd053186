import { PondError } from '../../server/src/base/error.ts';

/** The number that an option was given. Fails `usage` for what is no whole number, and below `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (number >= least) return number;
  throw new PondError('usage', `${option} takes a whole number from ${least}, got '${text}'`);
}
