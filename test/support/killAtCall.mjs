/** Loaded before the `pond` command or the server: kills the process before its POND_KILL_AT-th call that changes a file. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const at = Number(process.env['POND_KILL_AT'] ?? 0);
const names = ['write', 'writev', 'writeFile', 'rename', 'link', 'symlink', 'unlink', 'rm', 'rmdir', 'mkdir'];
const others = ['fsync', 'ftruncate', 'truncate', 'copyFile'];
let calls = 0;

/** Counts the calls of a function of an object, and kills the process before one of them. */
function count(/** @type {any} */ owner, /** @type {string} */ name) {
  const original = /** @type {((...args: any[]) => unknown) | undefined} */ (owner[name]);
  if (original === undefined) return;
  owner[name] = (/** @type {any[]} */ ...args) => {
    calls += 1;
    if (calls === at) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(original, owner, args);
  };
}

// The processes that the command starts are left alone.
if (/\b(?:pond|server)\.mjs$/.test(process.argv[1] ?? '')) {
  for (const name of [...names, ...others]) {
    count(fs, name);
    count(fs, `${name}Sync`);
    count(fs.promises, name);
  }
  syncBuiltinESMExports();
}
