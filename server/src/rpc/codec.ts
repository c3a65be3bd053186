import { type Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import {
  type ContentTypeDecoder,
  type ContentTypeEncoder,
  createMessageConnection,
  type Message,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';

/**
 * Encodes messages between processes of one user on one machine with V8's serialization, which keeps bytes as bytes.
 * The protocol version exchanged first ensures that both sides agree.
 */
const binaryEncoder: ContentTypeEncoder = {
  name: 'application/vnd.pond-v8',
  encode: (message) => Promise.resolve(serialize(message)),
};

/** Decodes the output of `binaryEncoder`. */
const binaryDecoder: ContentTypeDecoder = {
  name: 'application/vnd.pond-v8',
  decode: (bytes) => Promise.resolve(deserialize(bytes) as Message),
};

/** Returns the connection to the process at the other end of a socket. The caller listens, and disposes it. */
export function binaryConnection(socket: Socket): MessageConnection {
  const reader = new StreamMessageReader(socket, { contentTypeDecoder: binaryDecoder });
  // The timer of a message whose sender died would run for ever, and keep this process from its end.
  reader.partialMessageTimeout = 0;
  return createMessageConnection(reader, new StreamMessageWriter(socket, { contentTypeEncoder: binaryEncoder }));
}
