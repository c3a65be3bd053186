/** Makes the pond that `npm start` opens, with the command that was just built, from data of npm's vega-datasets. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ScriptError, root } from './run.mjs';

/** The folder of the demo, kept between runs. */
const folder = path.join(root, 'demo');
const data = path.join(root, 'node_modules/vega-datasets/data');
const examples = path.join(root, 'scripts/demo');

/** The documents of the pipeline, in the order of what flows. */
const pipeline = ['daily.yaml', 'together.yaml', 'downsampled.yaml', 'pages.yaml'];

/** The last day of the first version of a file that later gets its last year. */
const firstVersionEnds = '2014-12-31';

/**
 * Makes the demo's pond unless it is there, and returns the workspace file that opens it.
 * @param {(line: string) => void} report
 * @returns {Promise<string>}
 */
export async function ensureDemo(report) {
  const pond = path.join(folder, '.pond');
  if (!existsSync(pond)) {
    report('making the demo pond');
    await mkdir(folder, { recursive: true });
    const partial = await mkdtemp(path.join(folder, 'partial-'));
    try {
      // Made aside and renamed when whole: an interrupted first start leaves no half a pond to be kept.
      await makePond(path.join(partial, '.pond'));
      await rename(path.join(partial, '.pond'), pond);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  const workspace = path.join(folder, 'demo.code-workspace');
  if (!existsSync(workspace)) await writeFile(workspace, JSON.stringify(workspaceOf(pond), null, 2));
  return workspace;
}

/**
 * The workspace with the pond as its only folder. A `pond:` address names the pond's host folder in hexadecimal digits.
 * @param {string} pond
 */
function workspaceOf(pond) {
  const uri = `pond://${Buffer.from(pond).toString('hex')}/`;
  return { folders: [{ name: 'Demo pond', uri }], settings: {} };
}

/** @param {string} directory */
async function makePond(directory) {
  const file = (/** @type {string} */ name) => path.join(data, name);
  const pond = (/** @type {string[]} */ ...args) => command(['--pond', directory, ...args]);
  const commit = (/** @type {string} */ message) => pond('commit', '-m', message);

  await command(['init', directory]);

  await pond('mkdir', '/weather');
  await command(
    ['--pond', directory, 'write', '/weather/seattle-weather.csv'],
    await firstVersion(file('seattle-weather.csv')),
  );
  await commit('Weather of Seattle, 2012 to 2014');

  await pond('mkdir', '/flights');
  await pond('import', file('flights-3m.parquet'), file('flights-200k.arrow'), '/flights');
  await commit('Flights within the United States');

  await pond('import', path.join(examples, 'queries'), path.join(examples, 'README.md'), '/');
  await commit('Example queries');

  await pond(
    'import',
    ...['seattle-weather.csv', 'seattle-weather-hourly-normals.csv', 'weather.csv'].map(file),
    '/weather',
  );
  await commit('Weather of Seattle in 2015, its hourly normals, and New York');

  await pond('apply', ...pipeline.flatMap((name) => ['-f', path.join(examples, 'resources', name)]));
  await commit('A pipeline over the weather');
  await pond('run');
}

/**
 * The table's head and its lines up to the end of the first version; the date is the first column.
 * @param {string} csv
 */
async function firstVersion(csv) {
  const [head = '', ...lines] = (await readFile(csv, 'utf8')).trimEnd().split('\n');
  return [head, ...lines.filter((line) => line.slice(0, firstVersionEnds.length) <= firstVersionEnds), ''].join('\n');
}

/**
 * Runs `pond` with the given words and standard input. Throws a ScriptError with what it said when it fails.
 * @param {readonly string[]} args
 * @param {string} [input]
 * @returns {Promise<void>}
 */
function command(args, input = '') {
  return new Promise((resolve, reject) => {
    const program = path.join(root, 'out/pond.mjs');
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new ScriptError(`the demo pond could not be made: pond ${args.join(' ')}: ${errors.trim()}`));
    });
    child.stdin.end(input);
  });
}
