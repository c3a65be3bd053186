import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { writeStationFiles } from '../support/harbor.ts';
import {
  addLaterReadings,
  allDays,
  applyAll,
  checkAll,
  checkReadings,
  type Harbor,
  newHarbor,
  runAll,
} from '../support/harborPipeline.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { sourceProcess } from '../support/sourceProcess.ts';

const rounds = 3;

/** Runs everything in a process that is killed after a number of output lines. True if it ended before. */
async function runAndKill({ host }: Harbor, afterLines: number): Promise<boolean> {
  const child = spawn(process.execPath, [...sourceProcess('support/pipelineRun'), host.pond]);
  let text = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (text.split('\n').length > afterLines) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => (errors += more));
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (code, killedBy) => resolve([code, killedBy])),
  );
  assert.ok(status === 0 || signal === 'SIGKILL', errors);
  return status === 0;
}

for (const seed of seeds(1)) {
  test(`runs that are killed at any point leave no gap and no duplicate row: seed ${seed}`, async (t) => {
    const harbor = await newHarbor(t);
    const random = randomOf(seed);
    const files = writeStationFiles(harbor.inbox);
    await applyAll(harbor);
    for (let round = 0; round < rounds; round += 1) {
      // This process must release the pond before another one can write it.
      await harbor.host.run('close', {});
      await runAndKill(harbor, 1 + random(60));
      assert.deepEqual((await harbor.host.run('check', {})).problems, []);
      if (round === 1) addLaterReadings(harbor);
    }
    await runAll(harbor);
    await checkReadings(harbor, allDays);
    await checkAll(harbor, allDays, files);
  });
}
