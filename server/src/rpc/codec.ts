import { deserialize, serialize } from 'node:v8';
import { type ContentTypeDecoder, type ContentTypeEncoder, type Message } from 'vscode-jsonrpc/node';

/**
 * Encodes messages between processes of one user on one machine with V8's serialization, which keeps bytes as bytes.
 * The protocol version exchanged first ensures that both sides agree.
 */
export const binaryEncoder: ContentTypeEncoder = {
  name: 'application/vnd.pond-v8',
  encode: (message) => Promise.resolve(serialize(message)),
};

/** Decodes the output of `binaryEncoder`. */
export const binaryDecoder: ContentTypeDecoder = {
  name: 'application/vnd.pond-v8',
  decode: (bytes) => Promise.resolve(deserialize(bytes) as Message),
};
