import { deserialize, serialize } from 'node:v8';
import { type ContentTypeDecoder, type ContentTypeEncoder, type Message } from 'vscode-jsonrpc/node';

/**
 * Messages between processes of one user on one machine, in the serialization of V8: it carries bytes as bytes. Both
 * ends agree on it by the protocol version that they exchange first.
 */
export const binaryEncoder: ContentTypeEncoder = {
  name: 'application/vnd.pond-v8',
  encode: (message) => Promise.resolve(serialize(message)),
};

/** Reads what `binaryEncoder` wrote. */
export const binaryDecoder: ContentTypeDecoder = {
  name: 'application/vnd.pond-v8',
  decode: (bytes) => Promise.resolve(deserialize(bytes) as Message),
};
