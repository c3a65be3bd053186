/** Sheets of Excel workbooks as tables: types by their cells, names, faults, and results that were written as workbooks. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { archive, number, row, text, workbook, type WorkbookOptions } from '../support/workbook.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

let made: TestPond;
let engine: QueryEngine;

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
});
after(async () => {
  await engine.close();
  await made.close();
});

async function query(sql: string) {
  const { resultId, rowCount, columns } = await engine.run(made.pond, { sql });
  const values = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return {
    columns: columns.map(({ name, type }) => `${name} ${type}`),
    rows: Array.from({ length: rowCount }, (_, at) => values.columns.map((column) => column[at] ?? null)),
  };
}

async function tableOf(rows: string, options?: WorkbookOptions) {
  await made.root.writeFile('/t.xlsx', await workbook({ Data: rows }, options));
  return await query('FROM "/t.xlsx"');
}

test('columns have the types of all their cells', async () => {
  const names = ['n', 'x', 'b', 'd', 'ts', 'tm', 'dur', 'mix', 'err', 'late'].map(text);
  const found = await tableOf(
    row(...names) +
      row(
        ...[number(1), number(1), '<c t="b"><v>1</v></c>', number(45_351, 1), number(45_351.25, 2), number(0.5, 3)],
        ...[number(1.5, 4), number(7), number(2), number(1)],
      ) +
      row(
        ...[number(-9_007_199_254_740_991), number(0.1), '<c t="b"><v>0</v></c>', number(59, 1), number(61, 1)],
        ...[number(0.75, 3), number(0.25, 4), text('a'), '<c t="e"><v>#N/A</v></c>', number(2, 5)],
      ) +
      row(number(3)),
  );
  assert.deepEqual(found.columns, [
    ...['n BIGINT', 'x DOUBLE', 'b BOOLEAN', 'd DATE', 'ts TIMESTAMP', 'tm TIME', 'dur DOUBLE', 'mix VARCHAR'],
    ...['err VARCHAR', 'late BIGINT'],
  ]);
  assert.deepEqual(found.rows, [
    ['1', '1.0', 'true', '2024-02-29', '2024-02-29 06:00:00', '12:00:00', '1.5', '7', '2', '1'],
    ['-9007199254740991', '0.1', 'false', '1900-02-28', '1900-03-01 00:00:00', '18:00:00', '0.25', 'a', '#N/A', '2'],
    ['3', null, null, null, null, null, null, null, null, null],
  ]);
});

/** As XlsxWriter writes it, which stores 0 for each formula. */
const toBeComputed = { properties: '<calcPr calcId="124519" fullCalcOnLoad="1"/>' };

test('a workbook whose formulas are to be computed is read where it has none', async () => {
  assert.deepEqual((await tableOf(row(text('a')) + row(number(5)), toBeComputed)).rows, [['5']]);
});

test('days count from 1904 where the workbook says so', async () => {
  const found = await tableOf(row(text('d'), text('t')) + row(number(0, 1), number(1.5, 2)), {
    properties: '<workbookPr date1904="1"/>',
  });
  assert.deepEqual(found.rows, [['1904-01-01', '1904-01-02 12:00:00']]);
});

test('titles above the header, rows without cells and columns without values are left out; names are unique', async () => {
  const cell = (at: string, value: string) => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
  const found = await tableOf(
    `<row r="1">${cell('B1', 'Report')}</row><row r="3">${cell('B3', 'Temp')}${cell('D3', 'temp')}</row>` +
      `<row r="4"><c r="B4"><v>1</v></c><c r="E4"><v>2</v></c></row><row r="5"><c r="B5" s="1"/></row>` +
      `<row r="9"><c r="D9"><v>3</v></c></row>`,
  );
  assert.deepEqual(found.columns, ['Temp BIGINT', 'temp_1 BIGINT', 'column2 BIGINT']);
  assert.deepEqual(found.rows, [
    ['1', null, '2'],
    [null, '3', null],
  ]);
});

test('a sheet without a header keeps every row, also when a later one is text', async () => {
  const found = await tableOf(row(number(1), number(2)) + row(text('a'), text('b')));
  assert.deepEqual(found.rows, [
    ['1', '2'],
    ['a', 'b'],
  ]);
});

test('shared and rich texts, values of formulas and escaped characters are read', async () => {
  const shared =
    '<si><t>name</t></si><si><r><t>a</t></r><r><t> b</t></r><rPh><t>no</t></rPh></si><si><t>_x0041_&lt;</t></si>';
  const at = (index: number) => `<c t="s"><v>${index}</v></c>`;
  const found = await tableOf(
    row(at(0), text('sum')) + row(at(1), '<c><f>1+1</f><v>2</v></c>') + row(at(2), '<c t="str"><f>""</f><v></v></c>'),
    { shared },
  );
  assert.deepEqual(found.columns, ['name VARCHAR', 'sum BIGINT']);
  assert.deepEqual(found.rows, [
    ['a b', '2'],
    ['A<', null],
  ]);
});

test('a number that no double holds is text with all of its digits, and an empty element is an empty cell', async () => {
  const cases = {
    '9007199254740993': 'VARCHAR',
    '12345678901234567890': 'VARCHAR',
    '0.12345678901234567890123': 'VARCHAR',
    '9007199254740994': 'DOUBLE',
    '1.2345678901234567E+19': 'DOUBLE',
    '0.30000000000000004': 'DOUBLE',
    '123000000000000000000000': 'VARCHAR',
  };
  for (const [digits, type] of Object.entries(cases)) {
    const found = await tableOf(
      row(text('id'), text('b')) + row(number(digits), number(1)) + row('<c><v/></c>', number(2)),
    );
    assert.deepEqual(found.columns, [`id ${type}`, 'b BIGINT']);
    const [[value] = [], [empty] = []] = found.rows;
    assert.equal(type === 'VARCHAR' ? value : Number(value), type === 'VARCHAR' ? digits : Number(digits));
    assert.equal(empty, null);
  }
});

test('a sheet is named after #, also with a version and in a pattern', async () => {
  const sheets = { One: row(text('a')) + row(number(1)), 'Two b': row(text('a')) + row(number(2)) };
  await made.root.writeFile('/many.xlsx', await workbook(sheets));
  await made.pond.commit({ message: 'workbook', author: 'tester' });
  await made.root.remove('/many.xlsx');
  assert.deepEqual((await query('FROM "/many.xlsx@HEAD#One"')).rows, [['1']]);
  await made.root.writeFile('/many.xlsx', await workbook(sheets));
  const { rows } = await query('SELECT (SELECT a FROM "/many.xlsx#one"), (SELECT a FROM "/m*.xlsx#Two b")');
  assert.deepEqual(rows, [['1', '2']]);
  const several = { code: 'invalid-content', message: /has several sheets: "One", "Two b"/, path: '/many.xlsx' };
  await assert.rejects(query('FROM "/many.xlsx"'), several);
  await assert.rejects(query('FROM "/many.xlsx#Three"'), {
    code: 'invalid-content',
    message: /no sheet "Three".*"One"/,
  });
  await assert.rejects(query('FROM "/none.xlsx#One"'), { code: 'not-found', path: '/none.xlsx' });
});

test('a result written as a workbook is the same table', async () => {
  const sql = `SELECT i AS n, i / 4 AS x, i % 2 = 0 AS b, DATE '2024-02-28' + i::INTEGER AS d,
    TIMESTAMP '2024-02-29 12:00:00.123' + INTERVAL (i) HOUR AS t, 'é <&> _x0041_ ' || i AS s FROM range(2000) AS r(i)`;
  const { resultId } = await engine.run(made.pond, { sql });
  const chunks: Uint8Array[] = [];
  for await (const chunk of engine.content(resultId, 'xlsx')) chunks.push(chunk);
  await engine.release(resultId);
  await made.root.writeFile('/out.xlsx', Buffer.concat(chunks));
  assert.deepEqual(await query('FROM "/out.xlsx"'), await query(sql));
});

test('hostile and damaged workbooks fail by a reason', async () => {
  const sound = await workbook({ Data: row(text('a'), text('b')) + row(number(1), number(2)) });
  const entity = '<!DOCTYPE x [<!ENTITY e "boom">]>';
  const cases: readonly (readonly [RegExp, Uint8Array])[] = [
    [/not a workbook, or is cut short/, Buffer.from('a,b\n1,2\n')],
    [/cut short/, sound.subarray(0, sound.length - 30)],
    [/not an Excel workbook/, await archive({ 'x.txt': 'x' })],
    [/no values/, await workbook({ Data: '' })],
    [/formula without a value/, await workbook({ Data: row('<c><f>1+1</f></c>') })],
    [/formula without a value/, await workbook({ Data: row('<c><f>1+1</f><v></v></c>') })],
    [
      /cell A2 has a formula whose value is not computed yet; open the file in Excel/,
      await workbook({ Data: row(text('a')) + row('<c><f>1+1</f><v>0</v></c>') }, toBeComputed),
    ],
    [/text that is missing/, await workbook({ Data: row('<c t="s"><v>5</v></c>') })],
    [/is not a number/, await workbook({ Data: row('<c><v>x</v></c>') })],
    [/out of range/, await workbook({ Data: '<row><c r="XFE1"><v>1</v></c></row>' })],
    [/out of order/, await workbook({ Data: '<row r="1048577"><c><v>1</v></c></row>' })],
    [/nested too deeply/, await workbook({ Data: '<x>'.repeat(99) })],
    [/too long/, await workbook({ Data: row(text('a'.repeat(9_000_000))) })],
    [/entity/, await archive({ 'xl/workbook.xml': `${entity}<workbook>&e;</workbook>` })],
  ];
  for (const [message, bytes] of cases) {
    await made.root.writeFile('/bad.xlsx', bytes);
    await assert.rejects(query('FROM "/bad.xlsx"'), { code: 'invalid-content', message });
  }
});

test('bytes changed anywhere give a table or an error with a code, and leave the engine working', async () => {
  const sound = await workbook({ Data: row(text('a'), text('b')) + row(number(1), number(2)) });
  for (let at = 0; at < sound.length; at += Math.ceil(sound.length / 12)) {
    const bytes = Buffer.from(sound);
    bytes[at]! ^= 0x55;
    await made.root.writeFile('/changed.xlsx', bytes);
    await query('FROM "/changed.xlsx"').catch((error: unknown) => {
      assert.equal((error as { readonly code?: string }).code, 'invalid-content');
    });
  }
  await made.root.writeFile('/changed.xlsx', sound);
  assert.deepEqual((await query('FROM "/changed.xlsx"')).rows, [['1', '2']]);
});
