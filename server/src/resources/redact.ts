/**
 * Keeps secrets out of displayed and stored text. A text is redacted before it is truncated, because a search would
 * miss part of a secret.
 */

/**
 * Minimum length, in characters, of a secret that is replaced in data and records: a shorter one may be a common word
 * or number.
 */
const lengthInDataMin = 8;

/** Returns the text with every secret replaced, longest first: one may be part of another. */
export function redact(text: string, secrets: readonly string[]): string {
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((clean, secret) => (secret === '' ? clean : clean.replaceAll(secret, '…')), text);
}

/**
 * Returns the start of a text on one line, at most `lengthMax` characters, without the secrets. Empty if there is
 * nothing to show.
 */
export function excerptOf(text: string, secrets: readonly string[], lengthMax: number): string {
  const onOneLine = redact(text, secrets)
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  // Joining lines may complete a secret that contains a space.
  return redact(onOneLine, secrets).slice(0, lengthMax);
}

/** Returns a JSON value with every secret in its strings and keys replaced. `text` is the JSON it was parsed from. */
export function redactJson(value: unknown, text: string, secrets: readonly string[]): unknown {
  const present = longEnough(secrets).filter((secret) => text.includes(secret));
  return present.length === 0 ? value : redactValue(value, present);
}

/** Returns the secrets that are long enough to be replaced in data and records. */
export function longEnough(secrets: readonly string[]): readonly string[] {
  return secrets.filter(({ length }) => length >= lengthInDataMin);
}

function redactValue(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redact(value, secrets);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, item]) => [redact(key, secrets), redactValue(item, secrets)] as const,
  );
  return Object.fromEntries(entries);
}
