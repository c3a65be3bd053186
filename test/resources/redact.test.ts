/** A secret is neither shown nor stored in any form in which a service may repeat it, wherever a text is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerptOf, redact, redactJson } from '../../server/src/resources/redact.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

type Random = ReturnType<typeof randomOf>;

const characters = 'abcXYZ0189-_.~+/=&<>"\'\\ %#?:;é€😀';

function secretOf(random: Random): string {
  const letters = [...characters];
  // Letters at both ends: blanks there may be joined with others.
  return `s${Array.from({ length: 8 + random(30) }, () => letters[random(letters.length)]).join('')}e`;
}

function unicodeEscapes(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Encodings of a secret within another text. */
const encodings: Readonly<Record<string, (secret: string, before: string) => string>> = {
  'as it is': (secret) => secret,
  'percent-encoded': (secret) => encodeURIComponent(secret),
  'percent-encoded in lower case': (secret) =>
    encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  'form-encoded': (secret) => new URLSearchParams({ secret }).toString(),
  'JSON-escaped': (secret) => JSON.stringify({ secret }),
  'HTML-escaped': (secret) =>
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  hexadecimal: (secret) => Buffer.from(secret).toString('hex'),
  'in Base64': (secret, before) => Buffer.from(`${before}${secret}:rest`).toString('base64'),
  'in Base64 for URLs': (secret, before) => Buffer.from(`${before}${secret}`).toString('base64url'),
};

/** Decodes a text in every way above: what a reader of the text could find out. */
function readingsOf(text: string): readonly string[] {
  const percent = (one: string): string => {
    try {
      return decodeURIComponent(one);
    } catch {
      return one;
    }
  };
  const html = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const words = text.split(/[^A-Za-z0-9+/_-]+/);
  const decoded = words.flatMap((word) => [
    Buffer.from(word, 'base64').toString(),
    Buffer.from(word, 'hex').toString(),
  ]);
  return [text, percent(text), percent(text.replaceAll('+', ' ')), html, ...decoded];
}

test('every encoding of a secret is replaced before a text is cut, in errors and in data', () => {
  for (const seed of seeds(60)) {
    const random = randomOf(seed);
    const secret = secretOf(random);
    for (const [name, encode] of Object.entries(encodings)) {
      const before = 'x'.repeat(random(4));
      const body = `${' '.repeat(random(5))}${'y'.repeat(random(200))} ${encode(secret, before)} z`;
      const what = `seed ${seed}, ${name}: ${secret}`;
      for (const shown of [excerptOf(body, [secret]), redact(body, [secret])]) {
        assert.ok(!readingsOf(shown).some((reading) => reading.includes(secret)), `${what}: ${shown}`);
      }
      const value = { [body]: [body, { name: body }] };
      const stored = JSON.stringify(redactJson(value, JSON.stringify(value), [secret]));
      assert.ok(!readingsOf(stored).some((reading) => reading.includes(secret)), `${what}: ${stored}`);
    }
    const escaped = `{"name":"${unicodeEscapes(secret)}"}`;
    assert.deepEqual(redactJson(JSON.parse(escaped), escaped, [secret]), { name: '…' }, `seed ${seed}: ${secret}`);
  }
});

test('no part of a secret at the cut is shown', () => {
  const secret = 'MYSECRET-VALUE-4711';
  for (let filler = 0; filler < 220; filler++) {
    const shown = excerptOf(`${'x'.repeat(filler)}${secret}`, [secret]);
    assert.ok(!shown.includes('MYS'), shown);
  }
});

test('texts without a secret stay as they are, and a short secret is only replaced as it is', () => {
  const text = 'Temperature °C, "a\\b", 100 %, aGVsbG8=';
  assert.equal(redact(text, ['another-secret', '']), text);
  assert.deepEqual(redactJson({ text }, JSON.stringify({ text }), ['another-secret']), { text });
  assert.equal(redact('a=1 61', ['a']), '…=1 61');
});
