/** A HydroVu service on this computer: it implements the protocol, and can have faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createFaults, type Fault, type FaultScope, type Reply, replyWithFault } from './hydroVuFaults.ts';
import {
  locationJson,
  pageJson,
  type Reading,
  type ServedDevice,
  usualParameters,
  usualUnits,
  withReadings,
} from './hydroVuModel.ts';

export interface HydroVuServerOptions {
  readonly devices: readonly ServedDevice[];
  /** Names by id. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly units?: Readonly<Record<string, string>>;
  /** Content of the account; `key` and `secret` if omitted. */
  readonly key?: string;
  readonly secret?: string;
  /** Values on one page of readings, names on one page of each list, locations on one page. */
  readonly pageSize?: number;
  readonly tokenSeconds?: number;
  /** True: pages are created once and sent unchanged, for measurements. */
  readonly keepPages?: boolean;
}

interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HydroVuServer {
  /** `http://127.0.0.1:PORT`: the `url` of a document. */
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  /** All so far, oldest first. */
  readonly requests: RecordedRequest[];
  /** Activates a fault, after the active ones. */
  fault(fault: Fault & FaultScope): void;
  clearFaults(): void;
  /** Adds readings after those of the device. */
  addReadings(deviceId: string, readings: readonly Reading[]): void;
  /** Gives a device readings in order of time: each replaces the one of its parameter and time. */
  deliver(deviceId: string, readings: readonly Reading[]): void;
  setNames(parameters: Readonly<Record<string, string>>, units: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

/** Starts a service. */
export async function startHydroVuServer(options: HydroVuServerOptions): Promise<HydroVuServer> {
  const { devices, key = 'key', secret = 'secret', pageSize = 100, tokenSeconds = 36_000, keepPages = false } = options;
  let [parameters, units] = [options.parameters ?? usualParameters, options.units ?? usualUnits];
  const readings = new Map(devices.map(({ id, readings: own = [] }) => [id, [...own]]));
  const tokens = new Set<string>();
  const kept = new Map<string, string>();
  const faults = createFaults();
  const requests: RecordedRequest[] = [];

  function answer(request: RecordedRequest): Reply | number {
    const { pathname, searchParams } = new URL(request.url, 'http://service');
    if (pathname === '/public-api/oauth/token') return token(request);
    if (!tokens.has(String(request.headers.authorization).replace('Bearer ', ''))) return 401;
    const start = Number(String(request.headers['x-isi-start-page']).slice(1));
    if (pathname === '/public-api/v1/sispec/friendlynames') return names(start);
    if (pathname === '/public-api/v1/locations/list') {
      return page(devices, start, (some) => `[${some.map(locationJson).join()}]`);
    }
    const id = /^\/public-api\/v1\/locations\/(\d+)\/data$/.exec(pathname)?.[1] ?? '';
    const all = readings.get(id);
    if (all === undefined) return 404;
    const from = Number(searchParams.get('startTime') ?? 0);
    const to = Number(searchParams.get('endTime') ?? Infinity);
    const wanted =
      from <= 1 && to === Infinity ? all : all.filter((one) => one.timestamp >= from && one.timestamp <= to);
    return page(wanted, start, (some) => keepPage(`${request.url} ${start}`, () => pageJson(id, some)));
  }

  function token({ method, headers, body }: RecordedRequest): Reply | number {
    const basic = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
    const form = new URLSearchParams(body);
    if (method !== 'POST' || headers.authorization !== basic) return 401;
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope') !== 'read:locations read:data') return 400;
    const text = `token-${tokens.size + 1}-${requests.length}`;
    tokens.add(text);
    return { body: JSON.stringify({ access_token: text, token_type: 'bearer', expires_in: tokenSeconds }) };
  }

  function names(start: number): Reply {
    const entries = [...Object.entries(parameters), ...Object.entries(units)];
    const parameterCount = Object.keys(parameters).length;
    return page(entries, start, (some) => {
      const split = Math.max(0, parameterCount - start);
      const [first, second] = [some.slice(0, split), some.slice(split)];
      return JSON.stringify({ parameters: Object.fromEntries(first), units: Object.fromEntries(second) });
    });
  }

  function page<T>(all: readonly T[], start: number, write: (some: readonly T[]) => string): Reply {
    const end = start + pageSize;
    return { body: write(all.slice(start, end)), ...(end < all.length && { next: `p${end}` }) };
  }

  function keepPage(name: string, make: () => string): string {
    const text = kept.get(name) ?? make();
    if (keepPages) kept.set(name, text);
    return text;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const recorded = { method, url, headers, body };
    requests.push(recorded);
    const fault = faults.next(url);
    if (fault?.kind === 'expired') tokens.clear();
    const reply = answer(recorded);
    if (fault !== undefined) {
      replyWithFault(fault, request, response, typeof reply === 'number' ? { body: '' } : reply);
    } else {
      send(response, reply, !keepPages && String(headers['accept-encoding']).includes('gzip'));
    }
  }

  // A client that disconnects in the middle of a request ends the reading of it.
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    secret,
    requests,
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    addReadings: (id, more) => {
      for (const reading of more) readings.get(id)?.push(reading);
      kept.clear();
    },
    deliver: (id, more) => void readings.set(id, withReadings(readings.get(id) ?? [], more)),
    setNames: (newParameters, newUnits) => void ([parameters, units] = [newParameters, newUnits]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Ends a response with a page, or with an error status. */
function send(response: ServerResponse, reply: Reply | number, packed: boolean): void {
  if (typeof reply === 'number') {
    response.writeHead(reply).end(`{"status":${reply}}`);
    return;
  }
  if (packed) response.setHeader('content-encoding', 'gzip');
  if (reply.next !== undefined) response.setHeader('X-ISI-Next-Page', reply.next);
  response.setHeader('content-type', 'application/json');
  response.end(packed ? gzipSync(reply.body, { level: 1 }) : reply.body);
}
