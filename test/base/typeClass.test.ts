import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifier, sql } from '../../server/src/duckdb/sql.ts';
import { castSql, requireSqlType } from '../../server/src/duckdb/sqlType.ts';
import {
  decimalOf,
  integerOf,
  isAnyNumber,
  isFloat,
  isInteger,
  isNested,
  isNumber,
  isPointInTime,
  isTimestamp,
} from '../../server/src/base/typeClass.ts';
import { testConnection } from '../support/connection.ts';

const connection = await testConnection();
const allTypes = await connection.rows(sql`SELECT column_name, column_type FROM (DESCRIBE FROM test_all_types())`);
const types = [...new Set(allTypes.map(([, type]) => String(type)))];

test('each type of DuckDB is of the class of its values', () => {
  const integers = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'].flatMap((type) => [type, `U${type}`]);
  const timestamps = ['', '_S', '_MS', '_NS', ' WITH TIME ZONE'].map((end) => `TIMESTAMP${end}`);
  assert.deepEqual(types.filter(isInteger).toSorted(), integers.toSorted());
  assert.deepEqual(types.filter(isFloat), ['FLOAT', 'DOUBLE']);
  assert.deepEqual(types.filter(isTimestamp).toSorted(), timestamps.toSorted());
  assert.deepEqual(
    types.filter((type) => isPointInTime(type) && !isTimestamp(type)),
    ['DATE'],
  );
  const decimals = types.filter((type) => decimalOf(type) !== undefined);
  assert.deepEqual(decimals.toSorted(), ['DECIMAL(18,6)', 'DECIMAL(38,10)', 'DECIMAL(4,1)', 'DECIMAL(9,4)']);
  assert.equal(types.filter(isNumber).length, integers.length + 2 + decimals.length);
  assert.deepEqual(
    types.filter((type) => isAnyNumber(type) && !isNumber(type)),
    ['BIGNUM'],
  );
});

test('lists, structs, maps and unions of any type are nested, and are of no other class', () => {
  const nested = types.flatMap((type) => [`${type}[]`, `${type}[3]`, `STRUCT(a ${type})`, `MAP(${type}, ${type})`]);
  assert.ok(nested.length > 150);
  assert.deepEqual(
    nested.filter((type) => !isNested(type)),
    [],
  );
  assert.deepEqual(
    nested.filter((type) => isNumber(type) || isPointInTime(type)),
    [],
  );
  assert.ok(isNested('UNION("name" VARCHAR, age SMALLINT)'));
  assert.ok(!isNested("ENUM('a', 'b')"));
});

test('an integer type has the digits of its largest value, and a decimal its width and scale', async () => {
  for (const [name, type] of allTypes) {
    const integer = integerOf(String(type));
    if (integer === undefined) continue;
    const largest = castSql(sql`max(${identifier(String(name))})`, requireSqlType('VARCHAR'));
    const [[text] = []] = await connection.rows(sql`SELECT ${largest} FROM test_all_types()`);
    assert.equal(String(text).length, integer.digits, String(type));
    assert.equal(BigInt(String(text)).toString(2).length, integer.bits - (String(type).startsWith('U') ? 0 : 1));
  }
  assert.deepEqual(decimalOf('DECIMAL(18, 3)'), { width: 18, scale: 3 });
});
