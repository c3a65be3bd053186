/** Context of the figures, which mean little without it. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';

const packages = ['@duckdb/node-api', 'hyparquet', 'hyparquet-writer', 'apache-arrow'];

/** Types of file systems by their numbers in Linux. */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x1021994: 'tmpfs',
  0x794c7630: 'overlay',
};

/** Prints cores, memory, file system and versions, and the load at the start, which shows other work on the machine. */
export function printMachine(): void {
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  const fileSystem = statfsSync(tmpdir()).type;
  const git = spawnSync('git', ['--version'], { encoding: 'utf8' }).stdout.trim().replace('version ', '');
  console.log(
    [
      `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${gibibytes} GiB`,
      `${type()} ${release()}, ${fileSystems[fileSystem] ?? `file system ${fileSystem.toString(16)}`}`,
      `node ${process.version}, ${git}, load ${loadavg()[0]!.toFixed(2)}`,
      packages.map((name) => `${name} ${versionOf(name)}`).join(', '),
    ].join('; '),
  );
}

function versionOf(name: string): string {
  const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
