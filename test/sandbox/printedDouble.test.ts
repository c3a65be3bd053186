/** Numbers with more digits than a double needs: those that are doubles as programs print them, and all others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrintedDouble } from '../../server/src/sandbox/printedDouble.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

test('a double that is printed with 18 to 40 digits is recognized, and with another last digit it is not', () => {
  for (const seed of seeds(2000)) {
    const random = randomOf(seed);
    const double = (1 + random(2 ** 30) + random(2 ** 22) / 2 ** 22) / 10 ** random(20);
    const text = double.toExponential(17 + random(23));
    assert.ok(isPrintedDouble(text), `seed ${seed}: ${text}`);
    const other = text.replace(/\d(?=e)/, (digit) => String((Number(digit) + 5) % 10));
    assert.equal(isPrintedDouble(other), false, `seed ${seed}: ${other}`);
  }
});

for (const [text, isPrinted] of [
  ['1.000000000000000055511151231257827e-01', true],
  ['0.10000000000000000555', true],
  ['1234.50000000000000000000', true],
  ['0.333333333333333314829616256247', true],
  // 534289/2^19 has 20 digits and ends with 5: programs round it up or down to 19.
  ['1.019075393676757813e+00', true],
  ['1.019075393676757812e+00', true],
  ['1.019075393676757814e+00', false],
  ['0.10000000000000000556', false],
  ['0.12345678901234567890', false],
  ['0.33333333333333333333', false],
  ['1e400', false],
  ['0.000000000000000000000', false],
] as const) {
  test(`${text} is ${isPrinted ? '' : 'not '}a double as it is printed`, () => {
    assert.equal(isPrintedDouble(text), isPrinted);
  });
}
