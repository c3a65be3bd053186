import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceFile } from '../support/sourceProcess.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The comparisons that each benchmark prints. */
const comparisons: Readonly<Record<string, number>> = {
  'backup.bench.ts': 3,
  'build.bench.ts': 4,
  'clone.bench.ts': 2,
  'combine.bench.ts': 4,
  'commit.bench.ts': 10,
  'derive.bench.ts': 2,
  'growing.bench.ts': 5,
  'history.bench.ts': 3,
  'hydroVu.bench.ts': 3,
  'import.bench.ts': 2,
  'longSeries.bench.ts': 7,
  'memory.bench.ts': 15,
  'migrate.bench.ts': 3,
  'mirror.bench.ts': 2,
  'plot.bench.ts': 2,
  'query.bench.ts': 2,
  'reading.bench.ts': 6,
  'reduce.bench.ts': 8,
  'run.bench.ts': 5,
  'scale.bench.ts': 6,
  'series.bench.ts': 3,
  'small.bench.ts': 2,
  'start.bench.ts': 2,
  'tableDiff.bench.ts': 6,
  'tableEditor.bench.ts': 5,
};

test('every benchmark runs here', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.bench.ts'));
  assert.deepEqual(files.sort(), Object.keys(comparisons));
});

// Each is run by its import, in this process: the start of one takes longer than a benchmark of a small size.
process.argv.push('--small');

for (const [file, count] of Object.entries(comparisons)) {
  test(`${file} runs at a small size, and prints the machine and the ratios`, async (t) => {
    const { mock } = t.mock.method(console, 'log', () => undefined);
    await import(String(pathToFileURL(sourceFile(`bench/${file.replace(/\.ts$/, '')}`))));
    const output = mock.calls.map((call) => call.arguments.join(' ')).join('\n');
    assert.match(output, /^\d+ cores .* node v\d+/);
    assert.ok((output.match(/; ratio \d+(\.\d+)?( |$)/gm) ?? []).length >= count, output);
  });
}
