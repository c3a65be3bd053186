/** The script of docs/commands.md that follows the journal of systemd. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory } from '../../server/src/storage/temporaryDirectory.ts';
import { runPond } from '../support/pondCommand.ts';

const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
const script = /### Journal of systemd[^]*?```sh\n([^]*?)```/.exec(page)?.[1] ?? '';
const command = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));

/** Lines in the format of `journalctl --output json`; a message that is not UTF-8 is a list of bytes. */
const lines = [
  '{"__CURSOR":"s=0f;i=1","__REALTIME_TIMESTAMP":"1735689600123456","PRIORITY":"6","MESSAGE":"started"}',
  '{"__CURSOR":"s=0f;i=2","__REALTIME_TIMESTAMP":"1735689601500000","PRIORITY":"3","MESSAGE":[110,111,255]}',
];
const more = '{"__CURSOR":"s=0f;i=3","__REALTIME_TIMESTAMP":"1735689602000000","PRIORITY":"6","MESSAGE":"more"}';

const hasTools = ['sh', 'jq', 'tail'].every((name) => spawnSync(name, ['--version']).error === undefined);

test(
  'the documented script appends each entry of a journal once, also after a run that was cut',
  { skip: hasTools ? false : 'needs sh and jq' },
  async (t) => {
    const temporary = makeTemporaryDirectory('duckpond-test');
    t.after(() => temporary.remove());
    const at = (name: string): string => join(temporary.path, name);
    for (const folder of ['bin', 'journal']) mkdirSync(at(folder));
    // The entries after the position in the cursor file, which moves to the last one.
    const journalctl = `while [ $# -gt 0 ]; do case $1 in --cursor-file) f=$2;; esac; shift; done
n=0; [ ! -e "$f" ] || n=$(cat "$f"); tail -n +$((n+1)) '${at('entries')}'; wc -l < '${at('entries')}' > "$f"\n`;
    writeFileSync(at('bin/journalctl'), `#!/bin/sh\n${journalctl}`, { mode: 0o755 });
    writeFileSync(at('bin/pond'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`, { mode: 0o755 });
    const env = {
      ...process.env,
      HOME: temporary.path,
      PATH: `${at('bin')}:${process.env['PATH']}`,
      POND: at('p.pond'),
    };
    const run = (): void => {
      const { status, stderr } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    const pond = async (...args: string[]): Promise<string> =>
      (await runPond(args, { cwd: temporary.path, env: { POND: at('p.pond') } })).stdout;
    await pond('init', at('p.pond'));
    await pond('mkdir', '-p', '/journal');
    writeFileSync(at('entries'), `${lines.join('\n')}\n`);
    run();
    const batch = '{"Timestamp":1735689602,"priority":"6","message":"more"}\n';
    // A run that was cut before it removed its batch, which is in the pond by now.
    writeFileSync(at('more.ndjson'), batch);
    await pond('append', at('more.ndjson'), '/journal/station');
    await pond('commit', '-m', 'cut');
    writeFileSync(at('entries'), `${[...lines, more].join('\n')}\n`);
    writeFileSync(at('journal/batch.ndjson'), batch);
    writeFileSync(at('journal/next'), '3\n');
    run();
    run();
    assert.equal(existsSync(at('journal/batch.ndjson')), false);
    const rows = await pond('query', 'SELECT * FROM "/journal/station" ORDER BY "Timestamp"', '--format', 'csv');
    assert.equal(
      rows,
      'Timestamp,priority,message\n1735689600.123456,6,started\n1735689601.5,3,noÿ\n1735689602.0,6,more\n',
    );
  },
);
