/** Faults that a HydroVu service of the tests can have. */
import { type IncomingMessage, type ServerResponse } from 'node:http';

/** A fault that replaces an answer, or is in it. */
export type Fault =
  /** An answer with that status. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** No answer, for as long as the client waits. */
  | { readonly kind: 'slow' }
  /** A body without end: a text again and again, until the client goes. */
  | { readonly kind: 'drip'; readonly text: string }
  /** The connection ends in the middle of the body. */
  | { readonly kind: 'truncated' }
  /** The connection ends before there is an answer. */
  | { readonly kind: 'dropped' }
  /** The first half of the body, as if it were complete. */
  | { readonly kind: 'cut' }
  /** All tokens are revoked. */
  | { readonly kind: 'expired' }
  /** The page is its own next page. */
  | { readonly kind: 'repeatedPage' }
  /** The page has another next page at every request. */
  | { readonly kind: 'endless' };

/** Selects the requests that have the fault. */
export interface FaultScope {
  /** Part of their path: `/data`, `/token`; all requests if omitted. */
  readonly path?: string;
  /** Number of those that succeed first; 0 if omitted. */
  readonly after?: number;
  /** Number of those with the fault; 1 if omitted. */
  readonly times?: number;
}

/** The active faults. */
interface Faults {
  add(fault: Fault & FaultScope): void;
  /** The fault of a request to that path, which is consumed by it. */
  next(path: string): Fault | undefined;
  clear(): void;
}

/** No faults so far. */
export function createFaults(): Faults {
  let faults: { fault: Fault; path: string; after: number; times: number }[] = [];
  return {
    add: ({ path = '', after = 0, times = 1, ...fault }) => void faults.push({ fault, path, after, times }),
    next(url) {
      for (const entry of faults) {
        if (!url.includes(entry.path)) continue;
        if (entry.after > 0) entry.after--;
        else if (entry.times-- > 0) return entry.fault;
      }
      return undefined;
    },
    clear: () => void (faults = []),
  };
}

/** An answer without a fault. */
export interface Reply {
  readonly body: string;
  readonly next?: string;
}

/** Sends an answer with a fault in it. */
export function replyWithFault(fault: Fault, request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
      return;
    case 'slow':
      return;
    case 'drip': {
      response.writeHead(200);
      const timer = setInterval(() => response.write(fault.text), 5);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'dropped':
      request.socket.destroy();
      return;
    case 'truncated':
      response.writeHead(200, { 'content-length': Buffer.byteLength(reply.body) });
      response.write(reply.body.slice(0, reply.body.length / 2), () => request.socket.destroy());
      return;
    case 'cut':
      response.end(reply.body.slice(0, reply.body.length / 2));
      return;
    case 'repeatedPage':
      response.setHeader('x-isi-next-page', String(request.headers['x-isi-start-page'] || reply.next));
      response.end(reply.body);
      return;
    case 'endless':
      response.setHeader('x-isi-next-page', `${String(request.headers['x-isi-start-page'])}+`);
      response.end(reply.body);
      return;
    case 'expired':
      response.writeHead(401).end('{"error":"invalid_token"}');
  }
}
