/**
 * An HTTP proxy in front of an S3 server, whose faults a test chooses: it drops answers, cuts bodies, answers errors,
 * alters content. It forwards the conditional puts of one key one after the other, since the servers check a condition and
 * store the object in two steps.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { createMutex, type Mutex } from '../../server/src/base/mutex.ts';

/** A request as the proxy received it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The answer of the server, or one in its place. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * What happens to one request.
 * - `drop before`: the connection is closed and the server gets nothing.
 * - `drop after`: the server does it, then the connection is closed without an answer.
 * - `cut`: the answer, or the given one, ends after half of its body.
 * - `answer`: this answer, and the server gets nothing.
 * - `change request`, `change answer`: the server, or the client, gets something else.
 */
export type ProxyFault =
  | { readonly kind: 'drop before' | 'drop after' }
  | { readonly kind: 'cut'; readonly answer?: ProxiedAnswer }
  | { readonly kind: 'answer'; readonly answer: ProxiedAnswer }
  | { readonly kind: 'change request'; readonly change: (request: ProxiedRequest) => ProxiedRequest }
  | { readonly kind: 'change answer'; readonly change: (answer: ProxiedAnswer) => ProxiedAnswer };

/** Decides on a request by its position among all (0-based); undefined forwards it as it is. */
export type FaultPlan = (
  request: ProxiedRequest,
  index: number,
) => ProxyFault | undefined | Promise<ProxyFault | undefined>;

export interface FaultProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** All requests since the start, or since `plan` was called last; oldest first. */
  readonly requests: readonly ProxiedRequest[];
  /** Sets the faults, and forgets the requests so far. */
  plan(plan: FaultPlan): void;
  close(): Promise<void>;
}

/** Returns the answer of a service that fails with a code of S3. */
export function errorAnswer(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  message = `${code} of the test`,
): ProxiedAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: Buffer.from(body) };
}

/** Returns the plan that applies `fault` to the first `count` requests that match. */
export function firstTimes(count: number, matches: (request: ProxiedRequest) => boolean, fault: ProxyFault): FaultPlan {
  let left = count;
  return (request) => {
    if (left === 0 || !matches(request)) return undefined;
    left -= 1;
    return fault;
  };
}

/** Starts a proxy in front of the server at `endpoint`. */
export async function startFaultProxy(endpoint: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(endpoint);
  const requests: ProxiedRequest[] = [];
  const conditional = new Map<string, Mutex>();
  let plan: FaultPlan = () => undefined;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await bytesOf(incoming) };
    const fault = await plan(request, requests.push(request) - 1);
    if (fault?.kind === 'drop before') return void response.destroy();
    if (fault?.kind === 'answer') return send(response, request, fault.answer);
    if (fault?.kind === 'cut' && fault.answer !== undefined) return cut(response, fault.answer);
    const sent = fault?.kind === 'change request' ? fault.change(request) : request;
    const answer = await serialized(sent, () => forward(sent, hostname, Number(port)));
    if (fault?.kind === 'drop after') return void response.destroy();
    if (fault?.kind === 'cut') return cut(response, answer);
    send(response, request, fault?.kind === 'change answer' ? fault.change(answer) : answer);
  }

  async function serialized<T>({ url, headers }: ProxiedRequest, work: () => Promise<T>): Promise<T> {
    if (headers['if-none-match'] === undefined) return await work();
    const [path = ''] = url.split('?');
    const mutex = conditional.get(path) ?? createMutex();
    conditional.set(path, mutex);
    return await mutex.run(work);
  }

  // A client that gives up ends the reading of its request.
  const server = createServer((incoming, response) => void serve(incoming, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A proxy that is never closed must not keep the process running, nor must its connections.
  server.unref();
  server.on('connection', (socket) => socket.unref());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    plan: (next) => {
      requests.length = 0;
      plan = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Returns the answer of the server. The host that the client signed stays. */
function forward({ method, url, headers, body }: ProxiedRequest, host: string, port: number): Promise<ProxiedAnswer> {
  return new Promise((resolve, reject) => {
    const { connection: _, ...own } = headers;
    // A socket that is kept for other requests has no listener when the server closes it early.
    const outgoing = httpRequest({ host, port, method, path: url, headers: own, agent: false }, (answer) => {
      bytesOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, headers: plainHeaders(answer.headers), body: bytes }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function plainHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.has(name) ? [] : [[name, String(value)] as const])),
  );
}

function send(response: ServerResponse, { method }: ProxiedRequest, { status, headers, body }: ProxiedAnswer): void {
  // The answer to HEAD has the size of an object in its headers, and no body.
  const size = { 'content-length': String(body.length) };
  response.writeHead(status, method === 'HEAD' ? { ...size, ...headers } : { ...headers, ...size });
  response.end(body);
}

/** Sends half of the body, and closes the connection. */
function cut(response: ServerResponse, { status, headers, body }: ProxiedAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': String(body.length) });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}
