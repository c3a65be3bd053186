/** S3-compatible servers on this computer, each with buckets that tests create. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findMoto, findS3sFs, s3ServerMissing } from '../../scripts/s3Servers.mjs';
import { type S3Location } from '../../server/src/remote/location.ts';
import { startFaultProxy } from './faultProxy.ts';

export interface S3Server {
  readonly name: 's3s-fs' | 'moto';
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Keys that may do everything. */
  readonly credentials: { readonly keyId: string; readonly secret: string };
  /** Creates a bucket, and returns the store at a prefix of it. */
  createBucket(): Promise<S3Location>;
  close(): Promise<void>;
}

/** A server that can be started, or the reason why its tests are skipped. */
export interface AvailableServer {
  readonly name: string;
  /** Undefined when it is installed. */
  readonly skip: string | undefined;
  readonly start: () => Promise<S3Server>;
}

const credentials = { keyId: 'DUCKPONDKEY', secret: 'duckpond-secret-1' };

/**
 * The servers to test with: the first that is installed, or with POND_PROOF_ROUNDS each; one that is missing if none is
 * installed, so that its tests are counted as skipped. moto is first: it verifies neither hashes nor signatures, so it
 * accepts what another store would refuse. Test files in one process share it, since it takes seconds to start.
 */
export function s3Servers(): readonly AvailableServer[] {
  const installed = [
    ...(findMoto() === undefined ? [] : [{ name: 'moto', skip: undefined, start: sharedMoto }]),
    ...(findS3sFs() === undefined ? [] : [{ name: 's3s-fs', skip: undefined, start: startS3sFs }]),
  ];
  const missing = { name: 'S3', skip: s3ServerMissing, start: () => Promise.reject(new Error(s3ServerMissing)) };
  if (installed.length === 0) return [missing];
  return process.env['POND_PROOF_ROUNDS'] === undefined ? installed.slice(0, 1) : installed;
}

let shared: Promise<S3Server> | undefined;

/** Starts moto once in this process, and lets it run until the process ends. */
async function sharedMoto(): Promise<S3Server> {
  shared ??= startMoto();
  return { ...(await shared), close: () => Promise.resolve() };
}

/** Returns a moto of its own: the only server that knows users and policies, which apply to all that use it. */
export function motoServer(): AvailableServer {
  return { name: 'moto', skip: findMoto() === undefined ? s3ServerMissing : undefined, start: startMoto };
}

async function startS3sFs(): Promise<S3Server> {
  const program = findS3sFs();
  assert.ok(program !== undefined);
  const folder = mkdtempSync(join(tmpdir(), 'pond-test-s3-'));
  const keys = ['--access-key', credentials.keyId, '--secret-key', credentials.secret];
  const server = await startServer(program, (port) => ['--host', '127.0.0.1', '--port', String(port), ...keys, folder]);
  return {
    name: 's3s-fs',
    endpoint: server.endpoint,
    credentials,
    createBucket: () => {
      const bucket = newBucketName();
      mkdirSync(join(folder, bucket));
      return Promise.resolve(locationIn(server.endpoint, bucket));
    },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A user of moto: its keys, and the actions that it may do on one bucket. */
export interface S3User {
  readonly keyId: string;
  readonly secret: string;
}

/**
 * Creates users of moto, each with the statements of a policy by its name, and makes moto check signatures and policies
 * from then on.
 */
export async function createUsers(
  { endpoint }: S3Server,
  policies: Readonly<Record<string, readonly object[]>>,
): Promise<Readonly<Record<string, S3User>>> {
  const users: Record<string, S3User> = {};
  for (const [UserName, Statement] of Object.entries(policies)) {
    await iam(endpoint, { Action: 'CreateUser', UserName });
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam(endpoint, { Action: 'PutUserPolicy', UserName, PolicyName: 'own', PolicyDocument });
    const answer = await iam(endpoint, { Action: 'CreateAccessKey', UserName });
    const field = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(answer)?.[1] ?? '';
    users[UserName] = { keyId: field('AccessKeyId'), secret: field('SecretAccessKey') };
  }
  await fetch(`${endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  return users;
}

/** Calls the service of users; the header only says which service is called. */
async function iam(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0';
  const body = new URLSearchParams({ Version: '2010-05-08', ...parameters });
  const answer = await fetch(endpoint, { method: 'POST', headers: { authorization }, body });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return text;
}

async function startMoto(): Promise<S3Server> {
  const moto = findMoto();
  assert.ok(moto !== undefined);
  const parts = (port: number): readonly string[] => ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const env = { PYTHONPATH: moto.libraries, PYTHONDONTWRITEBYTECODE: '1', INITIAL_NO_AUTH_ACTION_COUNT: '1000000' };
  const server = await startServer(moto.program, parts, env);
  return {
    name: 'moto',
    endpoint: server.endpoint,
    credentials,
    createBucket: async () => {
      const bucket = newBucketName();
      const answer = await fetch(`${server.endpoint}/${bucket}`, { method: 'PUT' });
      assert.equal(answer.status, 200, await answer.text());
      return locationIn(server.endpoint, bucket);
    },
    close: server.close,
  };
}

const newBucketName = (): string => `pond-${randomUUID()}`;

function locationIn(endpoint: string, bucket: string): S3Location {
  return { kind: 's3', endpoint, region: 'us-east-1', bucket, prefix: 'ponds/one', isPathStyle: true };
}

/** Starts a server with a proxy in front of it: moto and s3s-fs check a condition and store the object in two steps, and it makes them one. */
async function startServer(...command: Parameters<typeof startProcess>): Promise<StartedProcess> {
  const server = await startProcess(...command);
  const proxy = await startFaultProxy(server.endpoint);
  return {
    endpoint: proxy.endpoint,
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

interface StartedProcess {
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Starts a server on a free port, and waits until it answers. */
async function startProcess(
  program: string,
  parts: (port: number) => readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<StartedProcess> {
  const port = await freePort();
  const child = spawn(program, parts(port), { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  // A server that is never closed must not keep this process running.
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A test that fails before it closes the server must not leave it.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const endpoint = `http://127.0.0.1:${port}`;
  while (!(await answers(endpoint))) {
    assert.ok(child.exitCode === null && child.signalCode === null, `${program} ended: ${said}`);
    await delay(50);
  }
  return {
    endpoint,
    close: async () => {
      process.off('exit', kill);
      child.ref();
      child.kill();
      await ended;
    },
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
