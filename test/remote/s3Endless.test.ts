/** A service that sends without end is refused: the client would collect its answer in memory. */
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { S3Store } from '../../server/src/remote/s3Store.ts';
import { keysOf, textBody } from '../contracts/objectStores.ts';
import { quickEffects } from '../support/quickEffects.ts';

/** Sends the parts of a text again and again, until the connection is closed. */
function sendWithoutEnd(response: ServerResponse, part: Buffer): void {
  const send = (): void => {
    while (!response.destroyed && response.write(part));
  };
  response.on('drain', send);
  send();
}

/** A store of a service that answers each request with a status and a body without end. */
async function endless(t: TestContext, status: number, start: string, part: string): Promise<S3Store> {
  const server = createServer((request, response) => {
    request.resume();
    response.on('error', () => undefined);
    response.writeHead(status, { 'content-type': 'application/xml' });
    if (request.method === 'HEAD') return response.end();
    response.write(start);
    sendWithoutEnd(response, Buffer.from(part.repeat(1000)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { keyId: 'key', secret: 'secret' };
  const location = { kind: 's3', endpoint, region: 'eu', bucket: 'pond', prefix: 'p', isPathStyle: true } as const;
  const store = new S3Store(location, { credentials, effects: quickEffects() });
  t.after(async () => {
    store.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return store;
}

const declaration = '<?xml version="1.0"?>';
const listing = `${declaration}<ListBucketResult>`;
const object = '<Contents><Key>p/a</Key><Size>1</Size></Contents>';

const calls: Readonly<Record<string, (store: S3Store) => Promise<unknown>>> = {
  'a listing': (store) => keysOf(store, ''),
  'a read': async (store) => store.read('a'),
  'a put': (store) => store.putIfAbsent('a', textBody('x')),
};

for (const [what, call] of Object.entries(calls)) {
  for (const status of [200, 403]) {
    test(`${what} that is answered without end, with status ${status}, fails`, async (t) => {
      const store = await endless(t, status, listing, object);
      await assert.rejects(call(store), (error) => isPondError(error) && error.code.startsWith('remote-'));
    });
  }
}
