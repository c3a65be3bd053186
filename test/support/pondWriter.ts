import { once } from 'node:events';
import { isPondError } from '../../server/src/base/error.ts';
import { openPond } from './pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';

// A process that writes the pond in argv[2] as `argv[3]`: it prints `ready`, waits for a line, opens the pond, and then
// stages and commits argv[4] times, printing `staged <n>` and `committed <n> <commit>` when each is acknowledged. While
// another process writes the pond it prints `held` with that process's id, once, and retries.
const [directory = '', name = '', count = '0'] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();

const pond = await openWhenFree();
const root = await pond.fs.root();
for (let i = 0; i < Number(count); i++) {
  // Every third file is a blob, so that all ways to disk are used.
  const text = `${name} ${i} `.repeat(i % 3 === 2 ? 10_000 : 1);
  await root.writeFile(`/${name}-${i}`, Buffer.from(text));
  process.stdout.write(`staged ${i}\n`);
  if (i % 2 === 0) continue;
  const commit = await pond.commit({ message: `${name} ${i}`, author: name });
  process.stdout.write(`committed ${i} ${commit.number}\n`);
}
await pond.close();

async function openWhenFree(): Promise<Pond> {
  let reported = false;
  for (;;) {
    try {
      return await openPond(directory, { mode: 'write' });
    } catch (error) {
      if (!isPondError(error, 'lock-held')) throw error;
      // The error names none when the other process was faster, and is done by now.
      const holder = /process (\d+)/.exec(error.message)?.[1];
      if (!reported && holder !== undefined) process.stdout.write(`held ${holder}\n`);
      reported ||= holder !== undefined;
      // Others get a turn: there is no event that reaches another process.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
