/** A pond of 2025 of a harbor: two instruments by HydroVu, files of an Inbox, and what is derived of them. */
import { arrowParquet, type Columns } from './arrowParquet.ts';
import { type PocDirectory, PocPond } from './pocPond.ts';

/** UUIDs of its resources, by kind. */
export const harborIds = {
  HydroVu: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e01',
  Inbox: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e02',
  Derive: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e03',
  Combine: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e04',
  Reduce: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e05',
  Template: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e06',
  Scribble: '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2e07',
} as const;

/** Secrets of its documents, which may be nowhere in a migrated pond. */
export const harborSecrets = ['client-of-the-harbor', 'p4ssw0rd-of-the-harbor'] as const;

export const harborDevices = [
  { id: 4990594334457856n, name: 'BDockVulink', scope: 'Vulink' },
  { id: 5077810482151424n, name: 'BDockAT500', scope: 'AT500_Surface', comment: 'since June' },
] as const;

/** Columns of the spec of a HydroVu resource. */
export const hydroVuColumns: Columns = {
  key: 'text',
  secret: 'text',
  devices: { list: { id: 'int64', name: 'text', scope: 'text', 'comment?': 'text' } },
};
const temporalColumns: Columns = {
  location_id: 'int64',
  min_time: 'int64',
  max_time: 'int64',
  record_time: 'int64',
  num_points: 'int64',
};

/** Rows of the table of progress that its reader sees: the first record batch. */
const readRowsMax = 1024;

type TemporalRow = Readonly<Record<string, bigint>>;

const temporalRow = (id: bigint, min: number, max: number, points: number): TemporalRow => ({
  location_id: id,
  min_time: BigInt(min),
  max_time: BigInt(max),
  record_time: max === 0 ? 0n : BigInt(max + 60),
  num_points: BigInt(points),
});

/** Readings of a device in a run, seconds since 1970 UTC. */
interface HarborRun {
  readonly device: 0 | 1;
  readonly times: readonly number[];
}

/** Collections of one HydroVu resource, as its runs write them. */
export class HarborCollection {
  #rows: readonly TemporalRow[] = [];

  /** Writes what an apply writes: names, locations, and a row of zeros for each; progress is lost. */
  init(home: PocDirectory): void {
    const names = (rows: Readonly<Record<string, string>>): Uint8Array =>
      arrowParquet(
        { index: 'text', value: 'text' },
        Object.entries(rows).map(([index, value]) => ({ index, value })),
      );
    home.write('units', 'table', names({ 1: 'C', 117: 'mg/L' }));
    home.write('params', 'table', names({ 1: 'Temperature', 20: 'DO' }));
    home.write(
      'locations',
      'table',
      arrowParquet(
        {
          ...{ description: 'text', id: 'uint64', name: 'text', scope: 'text' },
          gps: { struct: { latitude: 'double', longitude: 'double' } },
        },
        harborDevices.map((device) => ({
          ...device,
          description: 'a dock',
          gps: { latitude: 39.4, longitude: -123.8 },
        })),
      ),
    );
    this.#rows = harborDevices.map(({ id }) => temporalRow(id, 0, 0, 0));
    this.#write(home);
  }

  /**
   * Writes readings of devices at each second of `times`, a version and a row of progress for each run. `rowTimes` is the
   * number of times for which a run has a row of its own: all of them by default. The reader of the table sees its first
   * rows only.
   */
  run(home: PocDirectory, runs: readonly HarborRun[], rowTimes = Infinity): void {
    this.#rows = this.#rows.slice(0, readRowsMax);
    for (const { device, times } of runs) {
      const { id, name, scope } = harborDevices[device];
      const columns: Columns = { Timestamp: 'int64', [`${scope}.Temperature.C?`]: 'double' };
      const rows = times.map((time) => ({ Timestamp: BigInt(time), [`${scope}.Temperature.C`]: time / 7 }));
      home.directory('data').write(`${name}-${id}`, 'series', arrowParquet(columns, rows));
      const size = Math.min(rowTimes, times.length);
      for (let at = 0; at < times.length; at += size) {
        const own = times.slice(at, at + size);
        this.#rows = [...this.#rows, temporalRow(id, Math.min(...own), Math.max(...own), own.length)];
      }
    }
    this.#write(home);
  }

  #write(home: PocDirectory): void {
    home.write('temporal', 'table', arrowParquet(temporalColumns, this.#rows));
  }
}

const texts = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Readings at these seconds, by device, of the runs of a harbor. */
const harborRuns = [
  [{ device: 0 as const, times: [1000, 1600, 2200] }],
  [
    { device: 0 as const, times: [2800, 3400] },
    { device: 1 as const, times: [3000, 3600] },
  ],
  [{ device: 1 as const, times: [4200] }],
];

/** Writes the pond of a harbor: twelve states. */
export function writePocHarbor(folder: string): PocPond {
  const pond = new PocPond(folder);
  const collection = new HarborCollection();
  const [key, secret] = harborSecrets;
  const home = (): PocDirectory => pond.root.directory('HydroVu').directory(harborIds.HydroVu);
  pond.apply(
    {
      ...{ kind: 'HydroVu', name: 'noyoharbor', uuid: harborIds.HydroVu, columns: hydroVuColumns },
      ...{ spec: { key, secret, devices: harborDevices }, metadata: { owner: 'field team' } },
    },
    (directory) => collection.init(directory),
  );
  pond.command(() => collection.run(home(), harborRuns[0]!));
  pond.apply(
    {
      kind: 'Inbox',
      name: 'files',
      uuid: harborIds.Inbox,
      columns: { pattern: 'text' },
      spec: { pattern: '/data/**' },
    },
    (directory) => {
      directory.write('a.csv', 'data', texts('abc'));
      directory.directory('2024').write('b.csv', 'data', texts('hello'));
      directory.write('resource.yaml', 'data', texts('a file of the host by that name'));
      directory.directory('2024').write(
        'large.bin',
        'data',
        Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251),
      );
    },
  );
  pond.command(() => collection.run(home(), harborRuns[1]!));
  writeDerived(pond);
  pond.command(() => collection.run(home(), harborRuns[2]!));
  pond.command(() => pond.root.directory('Inbox').directory(harborIds.Inbox).write('a.csv', 'data', texts('abcd')));
  return pond;
}

function writeDerived(pond: PocPond): void {
  const derive: Columns = { name: 'text', pattern: 'text', query: 'text' };
  const collection = { name: 'csv', pattern: '/Inbox/files/*.csv', query: "SELECT * FROM read_csv('$1')" };
  applyWithTrees(pond, { kind: 'Derive', name: 'extract', list: 'collections', columns: derive, items: [collection] });
  const combine: Columns = { name: 'text', series: { list: { pattern: 'text' } }, 'columns?': { list: 'text' } };
  const scope = { name: 'BDock', series: [{ pattern: `/HydroVu/noyoharbor/data/BDock*` }] };
  applyWithTrees(pond, { kind: 'Combine', name: 'noyodata', list: 'scopes', columns: combine, items: [scope] });
  const reduce: Columns = {
    ...{ name: 'text', resolutions: { list: 'text' } },
    datasets: { list: { in_pattern: 'text', out_pattern: 'text', 'columns?': { list: 'text' } } },
  };
  const datasets = [{ in_pattern: '/Combine/noyodata/*/combine', out_pattern: 'site=$0' }];
  const reduced = { name: 'single_site', resolutions: ['1h', '24h'], datasets };
  applyWithTrees(pond, { kind: 'Reduce', name: 'downsampled', list: 'collections', columns: reduce, items: [reduced] });
  const template: Columns = {
    ...{ in_pattern: 'text', out_pattern: 'text', name: 'text', 'template?': 'text', 'template_file?': 'text' },
  };
  const page = { in_pattern: '/Reduce/downsampled/single_site/site=*/res=1h', out_pattern: '$0.md', name: 'sites' };
  applyWithTrees(pond, {
    ...{ kind: 'Template', name: 'pages', list: 'collections', columns: template },
    items: [{ ...page, template_file: 'site.md.tmpl' }],
    frozen: [{ ...page, template: '# {{ args[0] }}\n\nof the harbor\n' }],
  });
  pond.apply({
    ...{ kind: 'Scribble', name: 'random', uuid: harborIds.Scribble },
    columns: { count_min: 'int32', count_max: 'int32', probs: { map: 'float' } },
    spec: { count_min: 5, count_max: 10, probs: { tree: 0.05, table: 0.4 } },
  });
}

interface WithTrees {
  readonly kind: keyof typeof harborIds;
  readonly name: string;
  readonly list: string;
  readonly columns: Columns;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** The items as their files have them, where these differ. */
  readonly frozen?: readonly Readonly<Record<string, unknown>>[];
}

function applyWithTrees(pond: PocPond, { kind, name, list, columns, items, frozen = items }: WithTrees): void {
  pond.apply({
    ...{ kind, name, uuid: harborIds[kind], columns: { [list]: { list: columns } }, spec: { [list]: items } },
    trees: { list, columns, rows: frozen },
  });
}
