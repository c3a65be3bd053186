/**
 * A bucket may refuse every put without a condition, by the policy of docs/stores.md: all work on copies meets it. Each
 * request is compared with the policy, as no server of the tests evaluates conditions of policies.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { pruneCopy } from '../../server/src/replica/prune.ts';
import { verifyCopy } from '../../server/src/replica/verify.ts';
import { textBody } from '../contracts/objectStores.ts';
import { createBackedUp, fillPond, pushTo } from '../support/backup.ts';
import { type ProxiedRequest } from '../support/faultProxy.ts';
import { proxied } from '../support/proxiedStore.ts';
import { s3Servers } from '../support/s3Servers.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string;
  readonly NotResource: readonly string[];
  readonly Condition: unknown;
}

/** The statement of the page that refuses puts without a condition. */
function requiredCondition(): Statement {
  const page = readFileSync(join(root, 'docs/stores.md'), 'utf8');
  const [, json = ''] = /```json\n([^`]*"Effect": "Deny"[^`]*)```/.exec(page) ?? [];
  const { Statement: all } = JSON.parse(json) as { readonly Statement: readonly Statement[] };
  return all[0]!;
}

/** True for a request that creates an object without a condition, at a key that the statement does not leave out. */
function isRefused({ NotResource }: Statement, bucket: string, { method, url, headers }: ProxiedRequest): boolean {
  const [path = '', query = ''] = url.split('?');
  const isPart = method === 'PUT' && query.includes('partNumber=');
  const isCompleted = method === 'POST' && query.includes('uploadId=');
  if ((method !== 'PUT' || isPart) && !isCompleted) return false;
  const resource = `arn:aws:s3:::pond-backup${decodeURIComponent(path).slice(`/${bucket}`.length)}`;
  const escaped = (text: string): string =>
    text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*');
  if (NotResource.some((pattern) => new RegExp(`^${escaped(pattern)}$`).test(resource))) return false;
  return headers['if-none-match'] === undefined;
}

for (const server of s3Servers()) {
  describe(`a bucket of ${server.name} that requires a condition`, { skip: server.skip }, () => {
    const running = proxied(server);

    it('refuses nothing of a backup, a verification, a repair and a prune', async () => {
      const statement = requiredCondition();
      assert.deepEqual(
        [statement.Effect, statement.Action, statement.Condition],
        [
          'Deny',
          's3:PutObject',
          { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
        ],
      );
      const { open, proxy } = running();
      const { store, location } = await open({ parts: { objectBytesMin: 64 * 1024, partBytes: 5 * 1024 * 1024 } });
      const backed = await createBackedUp();
      await fillPond(backed.pond);
      proxy.plan(() => undefined);
      await store.putIfAbsent(`_pond/blobs/ab/${'ab'.repeat(32)}`, textBody('left by a push'));
      await pushTo(backed, store);
      const parts = { source: backed.pond.stored, store };
      await store.remove('_delta_log/00000000000000000002.json');
      assert.equal((await verifyCopy(parts, { share: 1, pruner: store })).repaired.length, 1);
      await pruneCopy({ ...parts, pruner: store }, { now: () => Date.now() + 8 * 24 * 60 * 60 * 1000 });
      const refused = proxy.requests.filter((request) => isRefused(statement, location.bucket, request));
      assert.deepEqual(
        refused.map(({ method, url }) => `${method} ${url}`),
        [],
      );
      const made = proxy.requests.map(({ method, url }) => `${method} ${url}`);
      for (const seen of [/^POST .*uploadId=/, /_pond\/prune\//, /_pond\/tips\//, /_delta_log\/0.*2\.json/]) {
        assert.ok(
          made.some((text) => seen.test(text)),
          String(seen),
        );
      }
    });
  });
}
