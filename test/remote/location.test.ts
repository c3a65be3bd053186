import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import {
  addressOf,
  locationBelow,
  type LocationFields,
  locationOf,
  parseLocation,
  type RemoteLocation,
  urlOf,
} from '../../server/src/remote/location.ts';

const none = (): undefined => undefined;
const code = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    assert.ok(isPondError(error), String(error));
    assert.notEqual(error.hint, undefined);
    assert.doesNotMatch(error.message + error.hint, /hunter2/);
    return error.code;
  }
};

test('the URL of a folder names it', () => {
  assert.deepEqual(parseLocation('file:///mnt/nas/my%20ponds', none), {
    kind: 'folder',
    folder: '/mnt/nas/my ponds',
    prefix: '',
  });
});

test('the URL of a bucket has the endpoint and the region as options', () => {
  const url = 's3://pond-backup/ponds/one%2B?endpoint=https://s3.example.org/&region=eu&path_style=false';
  assert.deepEqual(parseLocation(url, none), {
    kind: 's3',
    endpoint: 'https://s3.example.org',
    region: 'eu',
    bucket: 'pond-backup',
    prefix: 'ponds/one+',
    isPathStyle: false,
  });
});

test('what a URL leaves out comes from the environment', () => {
  const parse = (env: Readonly<Record<string, string>>): RemoteLocation =>
    parseLocation('s3://bucket', (name) => env[name]);
  const amazon = parse({ AWS_REGION: 'eu-west-1' });
  assert.equal(addressOf(amazon), 's3://bucket at https://s3.eu-west-1.amazonaws.com');
  assert.ok(amazon.kind === 's3' && !amazon.isPathStyle);
  const other = parse({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' });
  assert.equal(addressOf(other), 's3://bucket at http://127.0.0.1:9000');
  assert.ok(other.kind === 's3' && other.isPathStyle && other.region === 'us-east-1');
  assert.equal(
    code(() => parse({})),
    'usage',
  );
});

test('a document names a bucket with the prefix "ponds", or a folder', () => {
  const bucket = locationOf({ endpoint: 'https://s3.example.org', bucket: 'pond', region: 'auto' });
  assert.equal(addressOf(bucket), 's3://pond/ponds at https://s3.example.org');
  const folder = locationOf({ endpoint: 'file:///mnt/nas', prefix: '/a/b/' });
  assert.deepEqual(folder, { kind: 'folder', folder: '/mnt/nas', prefix: 'a/b' });
  for (const extra of [{ bucket: 'pond' }, { region: 'auto' }, { isPathStyle: true }])
    assert.equal(
      code(() => locationOf({ endpoint: 'file:///mnt/nas', ...extra })),
      'usage',
    );
});

test("Amazon's region is that of the endpoint, or must be named", () => {
  const regionOf = (endpoint: string, region = 'auto'): string | undefined => {
    const location = locationOf({ endpoint, bucket: 'pond', region });
    return location.kind === 's3' ? location.region : undefined;
  };
  assert.equal(regionOf('https://s3.eu-central-1.amazonaws.com'), 'eu-central-1');
  assert.equal(regionOf('https://s3.dualstack.us-gov-west-1.amazonaws.com'), 'us-gov-west-1');
  assert.equal(regionOf('https://s3.amazonaws.com', 'us-east-2'), 'us-east-2');
  assert.equal(
    code(() => regionOf('https://s3.amazonaws.com')),
    'usage',
  );
});

describe('secrets are sent to https, or to this computer', () => {
  const endpoint = (url: string): string | undefined => code(() => locationOf({ endpoint: url, bucket: 'pond' }));
  for (const url of ['https://a.example', 'https://a.example/s3/v1', 'http://localhost:9', 'http://[::1]:9'])
    it(`${url} is accepted`, () => assert.equal(endpoint(url), undefined));
  for (const url of ['http://a.example', 'ftp://a.example', 'http://127.0.0.1.example', 'https://u:hunter2@a.example'])
    it(`${url.replace('hunter2', '…')} is refused`, () => assert.equal(endpoint(url), 'remote-denied'));
});

test('a malformed location is refused with what to write', () => {
  const urls = ['', 'ponds', 's3:', 's3://', 's3://a..b', 's3://pond/%zz', 's3://pond#x', 's3://pond?k=1'];
  const options = ['s3://pond?path_style=1', 's3://pond?region=a/b', 's3://pond?endpoint=x'];
  const folders = ['file://host/a', 'file:///a?b', 'file:///a%2Fb'];
  const amazon = (name: string): string | undefined => (name === 'AWS_REGION' ? 'eu-west-1' : undefined);
  for (const url of [...urls, ...options, ...folders]) {
    assert.equal(
      code(() => parseLocation(url, amazon)),
      'usage',
      url,
    );
  }
  assert.equal(
    code(() => parseLocation('s3://KEY:hunter2@bucket/a', amazon)),
    'remote-denied',
  );
  const fields: LocationFields = { endpoint: 'https://a.example', bucket: 'pond' };
  for (const prefix of ['..', 'a//b', 'a/../b', 'a\nb'])
    assert.equal(
      code(() => locationOf({ ...fields, prefix })),
      'usage',
    );
});

test('a location is written as a URL and read back, whatever its names are', () => {
  const prefixes = ['', 'ponds', 'a b/ä+%/c?d#e&f', "it's/(1)"];
  const locations = prefixes.flatMap((prefix): RemoteLocation[] => [
    { kind: 's3', endpoint: 'https://a.example/x', region: 'eu', bucket: 'pond_1', prefix, isPathStyle: false },
    { kind: 's3', endpoint: 'http://127.0.0.1:9', region: 'us-east-1', bucket: 'pond.c', prefix, isPathStyle: true },
  ]);
  for (const location of locations) assert.deepEqual(parseLocation(urlOf(location), none), location);
  const below = locationBelow({ kind: 'folder', folder: '/mnt/a b', prefix: 'x' }, 'id');
  assert.deepEqual(parseLocation(urlOf(below), none), { kind: 'folder', folder: '/mnt/a b/x/id', prefix: '' });
  assert.equal(addressOf(below), 'file:///mnt/a%20b/x/id');
  assert.equal(addressOf(locationBelow({ kind: 'folder', folder: '/', prefix: '' }, 'id')), 'file:///id');
  const root = { kind: 'folder', folder: '/mnt', prefix: '' } as const;
  assert.deepEqual(locationBelow(root, ''), root);
});
