import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPond } from '../support/pondCommand.ts';
import { temporaryFolder } from '../support/folder.ts';

test('describe prints the command of what the text suggests, which is gone once it was run', async (t) => {
  const cwd = temporaryFolder(t);
  const pond = async (args: readonly string[], input = ''): Promise<string> => {
    const { status, stdout, stderr } = await runPond(args, { cwd, input });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  await pond(['init']);
  await pond(['write', '/a b.csv'], 't,v\ns,m\n1,2.5\n');
  const described = await pond(['describe', '/a b.csv']);
  assert.match(
    described,
    /^note +line 2 has words above values, as units are; it is stated by:\n +pond format '\/a b.csv' units=true\n/m,
  );
  await pond(['format', '/a b.csv', 'units=true']);
  assert.doesNotMatch(await pond(['describe', '/a b.csv']), /pond format/);
});
