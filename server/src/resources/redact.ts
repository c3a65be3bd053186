/**
 * Keeps secrets, in any encoding, out of displayed and stored text. A text is redacted before it is truncated, because
 * a search would miss part of a secret.
 */

/**
 * Minimum length, in characters, of a secret that is replaced in data and records: a shorter one may be a common word
 * or number.
 */
const lengthInDataMin = 8;

/** Returns the text with every secret replaced, in any form in which a service may repeat it. */
export function redact(text: string, secrets: readonly string[]): string {
  const pattern = patternOf(secrets);
  return pattern === undefined ? text : text.replace(pattern, '…');
}

/** Pattern of the forms of all secrets, longest first: one may be part of another. Undefined without any. */
function patternOf(secrets: readonly string[]): RegExp | undefined {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form !== '');
  if (forms.length === 0) return undefined;
  forms.sort((a, b) => b.length - a.length);
  return new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
}

/** The secret, and unless it is short also encoded: for URLs, JSON and HTML, in hexadecimal and Base64. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < lengthInDataMin) return [secret];
  const percent = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  const lowerPercent = percent.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const named = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const hex = Buffer.from(secret).toString('hex');
  const encoded = [...percent, ...lowerPercent, json, json.replaceAll('/', '\\/'), html, named, hex, hex.toUpperCase()];
  return [secret, ...encoded, ...base64FormsOf(secret)];
}

/** Base64 of a text that contains the secret, at each of its three offsets, without the characters that others share. */
function base64FormsOf(secret: string): readonly string[] {
  const forms = [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const whole = bytes.toString('base64').replace(/=+$/, '');
    return whole.slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Maximum length of the excerpt of a text, in characters. */
const excerptLengthMax = 200;

/** Returns the start of a text on one line, without the secrets. Empty if there is nothing to show. */
export function excerptOf(text: string, secrets: readonly string[]): string {
  const onOneLine = redact(text, secrets)
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  // Joining lines may complete a secret that contains a space.
  return redact(onOneLine, secrets).slice(0, excerptLengthMax);
}

/** Returns a JSON value with every secret in its strings and keys replaced. `text` is the JSON it was parsed from. */
export function redactJson(value: unknown, text: string, secrets: readonly string[]): unknown {
  const pattern = patternOf(longEnough(secrets));
  // Escapes in JSON may spell any character.
  const isPresent = pattern !== undefined && (text.includes('\\') || text.search(pattern) >= 0);
  return isPresent ? redactValue(value, pattern) : value;
}

/** Returns the secrets that are long enough to be replaced in data and records. */
export function longEnough(secrets: readonly string[]): readonly string[] {
  return secrets.filter(({ length }) => length >= lengthInDataMin);
}

function redactValue(value: unknown, pattern: RegExp): unknown {
  if (typeof value === 'string') return value.replace(pattern, '…');
  if (Array.isArray(value)) return value.map((item) => redactValue(item, pattern));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, item]) => [key.replace(pattern, '…'), redactValue(item, pattern)] as const,
  );
  return Object.fromEntries(entries);
}
