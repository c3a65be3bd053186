import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longRow } from '../../client/cli/format.ts';
import { type NodeInfo } from '../../server/src/protocol/commands.ts';
import { textFile } from '../support/commandHost.ts';
import { deriveDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';

const path = (name: string): string => `/Derive/${name}/all/a.csv`;

async function bytesOf(host: PipelineHost, name: string): Promise<number> {
  const content = await host.run('read', { path: path(name) });
  return content instanceof Uint8Array ? content.length : Buffer.from(content.base64, 'base64').length;
}

const shownSize = (node: NodeInfo): string | undefined => longRow(node, node.name)[1];

test('a derived file says that its size is not known until it is computed, then its size and its latest time', async (t) => {
  const host = await newPipelineHost(t);
  await host.run('makeDirectory', { path: '/in' });
  await host.run('write', textFile('/in/a.csv', 'time,v\n2024-01-01T00:00:00Z,1\n2024-03-01T06:30:00Z,2\n'));
  const timed = 'SELECT epoch(time)::BIGINT AS "Timestamp", v FROM read_csv(\'$1\')';
  await host.apply(deriveDocument('timed', '/in/*.csv', timed), deriveDocument('plain', '/in/*.csv'));
  const stat = (name: string): Promise<NodeInfo> => host.run('stat', { path: path(name), followLinks: true });
  for (const name of ['timed', 'plain']) {
    const before = await stat(name);
    assert.deepEqual([before.derived, before.sizeUnknown, before.size, before.latest], [true, true, 0, undefined]);
    assert.equal(shownSize(before), '?');
    const [listed] = await host.run('list', { path: `/Derive/${name}/all` });
    assert.equal(listed?.sizeUnknown, true);
    const bytes = await bytesOf(host, name);
    const after = await stat(name);
    assert.deepEqual([after.derived, after.sizeUnknown, after.size], [true, undefined, bytes]);
    assert.match(shownSize(after) ?? '', /^\d+ B$/);
    assert.equal(after.latest, name === 'timed' ? '2024-03-01T06:30:00.000000Z' : undefined);
  }
  // New rows are another file, which nothing has computed.
  await host.run('write', { ...textFile('/in/a.csv', 'time,v\n2025-01-01T00:00:00Z,1\n') });
  assert.equal((await stat('timed')).sizeUnknown, true);
  assert.equal((await stat('timed')).latest, undefined);
});

test('a stored file and a directory always know their sizes', async (t) => {
  const host = await newPipelineHost(t);
  await host.run('makeDirectory', { path: '/in' });
  await host.run('write', textFile('/in/empty.csv', ''));
  for (const stored of ['/', '/in', '/in/empty.csv']) {
    const node = await host.run('stat', { path: stored });
    assert.deepEqual([node.sizeUnknown, node.latest], [undefined, undefined]);
  }
});
