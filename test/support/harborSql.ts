/** Expected results of the harbor's pipeline, by SQL that shares no code with it. */
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { identifier, literal } from '../../server/src/duckdb/sql.ts';
import { harborParameters, harborUnits } from './harbor.ts';
import { type ServedDevice } from './hydroVuModel.ts';
import { anySql } from './anySql.ts';

/** Creates a table `raw`(device, T, name, unit, value) of all readings of a service. */
export async function loadReadings(connection: Connection, devices: readonly ServedDevice[]): Promise<void> {
  await connection.run(
    anySql('CREATE OR REPLACE TABLE raw (device TEXT, T BIGINT, name TEXT, unit TEXT, value DOUBLE)'),
  );
  const appender = await connection.appender('raw');
  const rows = devices.flatMap(({ name, readings = [] }) =>
    readings.map((reading) => ({ device: name ?? '', ...reading })),
  );
  const names: Readonly<Record<string, string>> = harborParameters;
  const units: Readonly<Record<string, string>> = harborUnits;
  await appender.appendColumns([
    rows.map(({ device }) => device),
    rows.map(({ timestamp }) => BigInt(timestamp)),
    rows.map(({ parameterId }) => names[parameterId] ?? ''),
    rows.map(({ unitId }) => units[unitId] ?? ''),
    rows.map(({ value }) => value),
  ]);
  appender.close();
}

/** In the order of their bytes, as in the wide series. */
const at500Columns = ['DO.mg/L', 'Salinity.psu', 'Temperature.C', 'pH.pH'];
const vulinkColumns = ['Baro.psi', 'Battery Level.%'];

/** One row for each time and one column for each measure, of one site of the service. */
export function siteSql(site: string): string {
  const column = (scope: string, devices: string, measure: string): string => {
    const [name, unit] = [measure.slice(0, measure.lastIndexOf('.')), measure.slice(measure.lastIndexOf('.') + 1)];
    // Of two instruments at one time, the second by name is the one that replaced the first.
    return `(SELECT arg_max(value, device) FROM raw WHERE raw.T = times.T AND device LIKE ${literal(`${devices}%`)}
      AND name = ${literal(name)} AND unit = ${literal(unit)}) AS ${identifier(`${scope}.${measure}`)}`;
  };
  return `SELECT T AS "Timestamp", ${[
    ...at500Columns.map((measure) => column('AT500_Surface', `${site}AT500`, measure)),
    ...vulinkColumns.map((measure) => column('Vulink', `${site}Vulink`, measure)),
  ].join(', ')} FROM (SELECT DISTINCT T FROM raw WHERE device LIKE ${literal(`${site}%`)}) times ORDER BY 1`;
}

/** The same for the field station, from its files. */
export function stationSql(files: readonly string[]): string {
  const place = (name: string): string =>
    `read_csv([${files
      .filter((file) => file.includes(`-${name}-`))
      .map(literal)
      .join(', ')}])`;
  const columns: readonly (readonly [name: string, place: string, series: string, value?: string])[] = [
    ['AT500_Bottom.DO.mg/L', 'bottom', 'DO'],
    ['AT500_Bottom.Salinity.psu', 'bottom', 'Salinity'],
    ['AT500_Surface.Chl-a.µg/L', 'surface', 'Chlorophyll'],
    ['AT500_Surface.DO.mg/L', 'surface', 'DO'],
    ['AT500_Surface.Depth.m', 'surface', 'Depth', '"Value" - "Offset"'],
    ['AT500_Surface.Salinity.psu', 'surface', 'Salinity'],
    ['AT500_Surface.Temperature.C', 'surface', 'Temperature'],
    ['AT500_Surface.pH.pH', 'surface', 'pH'],
    ['Vulink.Baro.psi', 'vulink', 'Baro'],
    ['Vulink.Battery Level.%', 'vulink', 'Battery'],
  ];
  const rows = ['surface', 'bottom', 'vulink'].map(
    (name) =>
      `SELECT '${name}' AS place, epoch("Timestamp")::BIGINT AS T, "Series Name" AS series, "Value", "Offset" FROM ${place(name)}`,
  );
  const values = columns.map(
    ([name, where, series, value = '"Value"']) =>
      `max(${value}) FILTER (place = '${where}' AND series = '${series}') AS ${identifier(name)}`,
  );
  return `SELECT T AS "Timestamp", ${values.join(', ')} FROM (${rows.join(' UNION ALL ')}) GROUP BY T ORDER BY 1`;
}
