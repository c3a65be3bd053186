/** Names of columns over years in which the service renames, adds and drops parameters and units. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createColumnNames } from '../../server/src/resources/kinds/hydroVu/columns.ts';
import { columnParts, type ColumnPart, partsOfNames } from '../../server/src/resources/kinds/hydroVu/columnParts.ts';
import { regularReadings } from '../support/hydroVuModel.ts';
import { hydroVuBench } from '../support/hydroVuPond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const namesOf = (parameters: Readonly<Record<string, string>>) => ({
  parameters: new Map(Object.entries(parameters)),
  units: new Map<string, string>(),
});

/** The parts of the last of several answers to the question for names. */
function afterAll(...answers: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  let given: readonly ColumnPart[] = [];
  let parts: ReadonlyMap<string, string> = new Map();
  for (const answer of answers)
    ({
      given,
      parameters: { parts },
    } = columnParts(namesOf(answer), given));
  return Object.fromEntries(parts);
}

for (const [what, answers, expected] of [
  ['a later id with the same name', [{ 5: 'Depth' }, { 5: 'Depth', 20: 'depth' }], { 5: 'Depth', 20: 'depth (20)' }],
  [
    'names that are exchanged',
    [
      { 1: 'A', 2: 'B' },
      { 1: 'B', 2: 'A' },
    ],
    { 1: 'B (1)', 2: 'A (2)' },
  ],
  ['a name that another id had', [{ 1: 'A' }, { 1: 'B' }, { 1: 'B', 2: 'A' }], { 1: 'B', 2: 'A (2)' }],
  ['an id that is dropped', [{ 1: 'A' }, {}, { 2: 'A' }], { 2: 'A (2)' }],
  ['a name that comes back', [{ 1: 'A' }, { 1: 'B' }, { 1: 'A' }], { 1: 'A' }],
  ['a name with the id of another', [{ 1: 'A', 2: 'A', 3: 'A (2)' }], { 1: 'A', 2: 'A (2)', 3: 'A (2) (3)' }],
  ['no name', [{ 1: '' }, { 1: 'A' }, { 1: 'A', 2: '1' }], { 1: 'A', 2: '1 (2)' }],
] as const)
  test(`${what} leaves each column to one parameter`, () => assert.deepEqual(afterAll(...answers), expected));

test('whatever names the service gives over time, a column is that of one parameter', () => {
  for (const seed of seeds(30)) {
    const random = randomOf(seed);
    const owners = new Map<string, string>();
    let given: readonly ColumnPart[] = [];
    for (let run = 0; run < 20; run++) {
      const names = Array.from({ length: 6 }, (_, id) => [String(id), ['A', 'a', 'B', 'A (1)', ''][random(5)]!]);
      const answer = Object.fromEntries(names.filter(() => random(4) > 0)) as Record<string, string>;
      const { parameters, given: all } = columnParts(namesOf(answer), given);
      for (const [id, part] of parameters.parts) {
        assert.equal(owners.get(part.toLowerCase()) ?? id, id, `seed ${seed}: ${part} was of another parameter`);
        owners.set(part.toLowerCase(), id);
      }
      given = all;
    }
  }
});

test('parts of names with dots make one name for one parameter and unit alone, which stays', () => {
  for (const seed of seeds(30)) {
    const random = randomOf(seed);
    const owners = new Map<string, string>();
    const names = new Map<string, string>();
    let given: readonly ColumnPart[] = [];
    for (let run = 0; run < 6; run++) {
      const ids = ['1', '2', '3'].slice(0, 1 + run);
      const answer = () => new Map(ids.map((id) => [id, ['A', 'a.B', 'B', 'B.C', 'C', 'A.B.C'][random(6)]!]));
      const parts = columnParts({ parameters: answer(), units: answer() }, given);
      given = parts.given;
      const columns = createColumnNames(parts, 'S');
      for (const [parameter, unit] of ids.flatMap((id) => ids.map((other) => [id, other] as const))) {
        const text = JSON.stringify([parts.parameters.parts.get(parameter), parts.units.parts.get(unit)]);
        const name = columns.nameOf(parameter, unit);
        assert.equal(names.get(text) ?? name, name, `seed ${seed}: ${text} has a new name`);
        names.set(text, name);
        const owner = `${parameter} ${unit}`;
        assert.equal(owners.get(name.toLowerCase()) ?? owner, owner, `seed ${seed}: ${name} was of another parameter`);
        owners.set(name.toLowerCase(), owner);
      }
    }
  }
});

test('a pond of an earlier version keeps the names of its columns', () => {
  const before = namesOf({ 1: 'Depth', 2: 'depth', 3: 'Depth' });
  const { parameters } = columnParts(namesOf({ 1: 'Depth', 2: 'depth', 3: 'Depth', 0: 'Depth' }), partsOfNames(before));
  assert.deepEqual(Object.fromEntries(parameters.parts), {
    0: 'Depth (0)',
    1: 'Depth',
    2: 'depth (2)',
    3: 'Depth (3)',
  });
});

test('readings of a parameter whose name another one had are not in its column', async (t) => {
  const buoy = { id: '1', name: 'HarborBuoy', scope: 'Buoy' };
  const start = 1_719_700_000;
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 5) }] }, [buoy]);
  bench.server.setNames({ 1: 'Temperature', 2: 'Pressure' }, { 1: 'C', 17: 'pH' });
  await bench.collect();
  bench.server.setNames({ 1: 'Pressure', 2: 'Temperature' }, { 1: 'C', 17: 'pH' });
  bench.server.addReadings('1', regularReadings(start + 86_400, 5));
  const { notes } = await bench.collect();
  assert.match(notes.join('\n'), /the parameter 1, which was 'Temperature': .* column with 'Pressure \(1\)'/);
  const rows = await bench.rows('data/HarborBuoy-1');
  const columns = new Set(rows.flatMap((row) => Object.keys(row)));
  assert.ok(columns.has('Buoy.Temperature.C') && columns.has('Buoy.Pressure (1).C'), [...columns].join());
  assert.ok(rows.every((row) => !('Buoy.Temperature.C' in row) || Number(row['Timestamp']) < start + 86_400));
});
