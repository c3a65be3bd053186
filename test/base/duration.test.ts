import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDurationError, parseDuration } from '../../server/src/base/duration.ts';

const second = 1_000_000;
const hour = 3600 * second;
const day = 24 * hour;

function check(text: string, expected: { readonly months?: number; readonly microseconds?: number }): void {
  test(`"${text}" is parsed exactly`, () =>
    assert.deepEqual(parseDuration(text), { months: 0, microseconds: 0, ...expected }));
}

check('1h', { microseconds: hour });
check('24h', { microseconds: day });
check('90m', { microseconds: 90 * 60 * second });
check('1m', { microseconds: 60 * second });
check('1M', { months: 1 });
check('1 MIN', { microseconds: 60 * second });
check('2 mo', { months: 2 });
check('1 year 6 months', { months: 18 });
check('0.5y', { months: 6 });
check('1.5 h', { microseconds: 1.5 * hour });
check('.1 s', { microseconds: 100_000 });
check('0.1s 0.2s', { microseconds: 300_000 });
check('1e3 ms', { microseconds: second });
check('25E-1s', { microseconds: 2_500_000 });
check('1000n', { microseconds: 1 });
check('1nsec 999 nanoseconds', { microseconds: 1 });
check('3 mic', { microseconds: 3 });
check('3µs', { microseconds: 3 });
check('3μs', { microseconds: 3 });
check('3us', { microseconds: 3 });
check('3 mil', { microseconds: 3_000 });
check('3 MS', { microseconds: 3_000 });
check('1 day -1 hour', { microseconds: 23 * hour });
check('+1d', { microseconds: day });
check('1w2d3h4m5s', { microseconds: 9 * day + 3 * hour + 4 * 60 * second + 5 * second });
check('1 month 1 day', { months: 1, microseconds: day });
check('-1 month', { months: -1 });
check('30', { microseconds: 30 * second });
check(' 1h ', { microseconds: hour });

function refuse(text: string, part: string): void {
  test(`"${text.slice(0, 30)}" is not a duration because of "${part.slice(0, 30)}"`, () => {
    const parsed = parseDuration(text);
    assert.ok(isDurationError(parsed));
    assert.equal(text.slice(parsed.start, parsed.end), part);
  });
}

refuse('', '');
refuse('  ', '  ');
refuse('hour', 'hour');
refuse('1h 5', '5');
refuse('5 1h', '5');
refuse('1 mi', '1 mi');
refuse('1h 2 lunes', '2 lunes');
refuse('1h, 2m', ', 2m');
refuse('1e99s', '1e99s');
refuse('1.5 months', '1.5 months');
refuse('1ns', '1ns');
refuse('1e20 years', '1e20 years');
refuse('9'.repeat(300), '9'.repeat(300));
refuse('１h', '１h');
