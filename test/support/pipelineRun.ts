/** Runs all resources of a pond in a process of its own; prints a line for each step. */
import { writeSync } from 'node:fs';
import { connectLocal } from '../../server/src/main.ts';

const [, , pond = ''] = process.argv;
const say = (line: string): void => void writeSync(1, `${line}\n`);
const host = connectLocal();
const { runs } = await host.call('run', { pond }, { progress: (message, done) => say(`progress ${message} ${done}`) });
for (const { resource, status } of runs) say(`ended ${resource} ${status}`);
await host.close();
say('done');
