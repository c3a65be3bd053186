/** The first messages of a client of the VS Code server, as any program or web page could send them. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Socket } from 'node:net';

/** Kind of a frame whose content is a control message. */
const controlKind = 2;
/** Bytes before the content: kind, id, acknowledged id, length; all but the kind are big-endian 32-bit numbers. */
const headerLength = 13;

/** Properties of a connecting client. */
interface Connecting {
  readonly port: number;
  /** The token that it sends. */
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Connects like the workbench and returns the type of the message with which the server answers to the token: `sign`
 * lets the client continue, `error` ends the connection. When the upgrade is refused, `status` and its number.
 */
export async function answerToToken({ port, token, headers = {} }: Connecting): Promise<string> {
  const socket = await upgrade(port, headers);
  if (typeof socket === 'number') return `status ${socket}`;
  try {
    socket.write(controlFrame({ type: 'auth', auth: token, data: 'x' }));
    return typeOf(await readFrame(socket));
  } finally {
    socket.destroy();
  }
}

/** The status of a request for a page. */
export async function pageStatus(port: number, path: string, headers: Connecting['headers'] = {}): Promise<number> {
  const asked = request({ host: '127.0.0.1', port, path, headers, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  return response.statusCode ?? 0;
}

async function upgrade(port: number, headers: Connecting['headers']): Promise<Socket | number> {
  const path = '/?reconnectionToken=00000000-0000-4000-8000-000000000000&reconnection=false&skipWebSocketFrames=true';
  const wanted = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
  };
  const asked = request({ host: '127.0.0.1', port, path, headers: { ...wanted, ...headers }, agent: false });
  return new Promise((resolve, reject) => {
    asked.once('upgrade', (_response, socket) => resolve(socket));
    asked.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}

function controlFrame(message: unknown): Uint8Array {
  const content = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(controlKind, 0);
  header.writeUInt32BE(content.length, headerLength - 4);
  return Buffer.concat([header, content]);
}

async function readFrame(socket: Socket): Promise<string> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < headerLength) continue;
    const end = headerLength + bytes.readUInt32BE(headerLength - 4);
    if (bytes.length >= end) return bytes.subarray(headerLength, end).toString();
  }
  throw new Error(`the connection ended within a message: ${bytes.toString()}`);
}

function typeOf(json: string): string {
  const message: unknown = JSON.parse(json);
  return typeof message === 'object' && message !== null && 'type' in message ? String(message.type) : json;
}
