/** The raw data of a harbor: the measurements of its instruments, from a service and from files of a field station. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Reading, type ServedDevice } from './hydroVuModel.ts';
import { randomOf } from './random.ts';

/** 2024-12-20T00:00:00Z; the data extend over the end of a month and of a year. */
const startSeconds = Date.UTC(2024, 11, 20) / 1000;
const stepSeconds = 900;
const stepsPerDay = 96;
const days = 21;

/** Names of the service by its ids. */
export const harborParameters = {
  '1': 'Temperature',
  '2': 'pH',
  '3': 'DO',
  '5': 'Salinity',
  '33': 'Battery Level',
  '16': 'Baro',
};
export const harborUnits = { '1': 'C', '17': 'pH', '117': 'mg/L', '97': 'psu', '241': '%', '17a': 'psi' };

const vulink = [
  { parameterId: '33', unitId: '241' },
  { parameterId: '16', unitId: '17a' },
];
const at500 = [
  { parameterId: '1', unitId: '1' },
  { parameterId: '2', unitId: '17' },
  { parameterId: '3', unitId: '117' },
  { parameterId: '5', unitId: '97' },
];

interface Instrument {
  readonly id: string;
  readonly name: string;
  readonly parameters: readonly { readonly parameterId: string; readonly unitId: string }[];
  /** Days since the start, the last one exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The instruments; the second of the two Vulinks of Silver replaces the first, and they overlap for a day. */
const instruments: readonly Instrument[] = [
  { id: '4990594334457856', name: 'BDockVulink', parameters: vulink, from: 0, to: days },
  { id: '5077810482151424', name: 'BDockAT500', parameters: at500, from: 0, to: days },
  { id: '6582334615060480', name: 'SilverVulink1', parameters: vulink, from: 0, to: 12 },
  { id: '5118235464826880', name: 'SilverVulink2', parameters: vulink, from: 11, to: days },
  { id: '5255198194106368', name: 'SilverAT500', parameters: at500, from: 2, to: days },
  { id: '5435673228410880', name: 'PrincessVulink', parameters: vulink, from: 0, to: days },
  { id: '6359414708305920', name: 'PrincessAT500', parameters: at500, from: 5, to: 18 },
];

/** Readings with some missing ones; values in eighths, so that their sums are exact. */
function readingsOf({ id, parameters, from, to }: Instrument): readonly Reading[] {
  const random = randomOf(Number(id.slice(-6)));
  const readings: Reading[] = [];
  for (let step = from * stepsPerDay; step < to * stepsPerDay; step += 1) {
    const timestamp = startSeconds + step * stepSeconds;
    for (const parameter of parameters) {
      const value = random(4096) / 8;
      if (random(50) > 0) readings.push({ ...parameter, timestamp, value });
    }
  }
  return readings;
}

/** The locations of the service, with their readings up to a day (since the start, exclusive). */
export function harborDevices(untilDay = days): readonly ServedDevice[] {
  const until = startSeconds + untilDay * stepsPerDay * stepSeconds;
  return instruments.map((instrument) => ({
    id: instrument.id,
    name: instrument.name,
    readings: readingsOf(instrument).filter(({ timestamp }) => timestamp < until),
  }));
}

/** A measurement at the field station: path of the file, name of the series, offset of its values. */
const stationSeries = [
  { place: 'surface', series: ['pH', 'Temperature', 'Chlorophyll', 'DO', 'Salinity', 'Depth'] },
  { place: 'bottom', series: ['DO', 'Salinity'] },
  { place: 'vulink', series: ['Battery', 'Baro'] },
];

/** Writes the files of the field station, in long form, one for each site and month. Returns their paths. */
export function writeStationFiles(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return stationSeries.flatMap(({ place, series }, seed) => {
    const random = randomOf(100 + seed);
    const byMonth = new Map<string, string[]>();
    for (let step = 0; step < days * stepsPerDay; step += 2) {
      const time = new Date((startSeconds + step * stepSeconds) * 1000).toISOString().slice(0, 19);
      const lines = byMonth.get(time.slice(0, 7)) ?? ['Timestamp,Series Name,Location,Parameter,Value,Offset'];
      byMonth.set(time.slice(0, 7), lines);
      for (const name of series) {
        const value = random(4096) / 8;
        const offset = name === 'Depth' ? 0.5 : 0;
        if (random(40) > 0) lines.push(`${time.replace('T', ' ')},${name},Field Station,${name},${value},${offset}`);
      }
    }
    return [...byMonth].map(([month, lines]) => {
      const file = join(folder, `laketech-${place}-${month}.csv`);
      writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    });
  });
}
