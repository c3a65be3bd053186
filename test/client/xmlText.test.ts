import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xmlText } from '../../client/vscode/webviews/plot/xmlText.ts';

/** Characters that XML 1.0 allows. */
const isAllowed = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

test('a saved picture is XML, whatever is in a name: each character is allowed, or shown as an escape', () => {
  for (let code = 0; code <= 0x1_ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const text = xmlText(`<text>a${character}b</text>`);
    assert.match(text, isAllowed, code.toString(16));
    assert.ok(text.startsWith('<text>a') && text.endsWith('b</text>'), code.toString(16));
  }
});

test('text that people read stays as it is, and text that reorders it does not', () => {
  for (const text of ['<svg>\n\t5 °C · µg/L · 水 · 👩‍🔬</svg>', '']) assert.equal(xmlText(text), text);
  assert.equal(xmlText('a\u202eb\ufeff\u0007\uffff'), 'a\\u202eb\\ufeff\\x07\\uffff');
});
