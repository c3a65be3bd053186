import { SaxesParser } from 'saxes';

/** Bytes without an element between them: far more than a cell holds, and few enough to keep in memory. */
const textBytesMax = 4 * 1024 ** 2;
const depthMax = 64;

/** Handlers of the elements of a document. Names come without their namespace prefix. */
interface XmlHandler {
  open(this: void, name: string, attributes: Readonly<Record<string, string>>): void;
  text?(this: void, text: string): void;
  close?(this: void, name: string): void;
}

/**
 * Parses a document chunk by chunk, and yields after each. Entities other than the five of XML do not exist, so that
 * nothing expands and nothing else is read. Throws for malformed XML, and for elements of unreasonable size or depth.
 */
export async function* parseXml(content: AsyncIterable<Uint8Array>, handler: XmlHandler): AsyncIterable<void> {
  const parser = new SaxesParser();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let depth = 0;
  let bytesSinceTag = 0;
  parser.on('opentag', ({ name, attributes }) => {
    bytesSinceTag = 0;
    depth += 1;
    if (depth > depthMax) throw new Error('its XML is nested too deeply');
    handler.open(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    bytesSinceTag = 0;
    depth -= 1;
    handler.close?.(localName(name));
  });
  parser.on('text', (text) => handler.text?.(text));
  parser.on('cdata', (text) => handler.text?.(text));
  for await (const chunk of content) {
    bytesSinceTag += chunk.length;
    parser.write(decoder.decode(chunk, { stream: true }));
    if (bytesSinceTag > textBytesMax) throw new Error('its XML has a text that is too long');
    yield;
  }
  parser.write(decoder.decode()).close();
}

/** Parses a whole document: see parseXml. A missing one, which has no content, has no elements. */
export async function parseWhole(content: AsyncIterable<Uint8Array>, handler: XmlHandler): Promise<void> {
  let isEmpty = true;
  const counted = async function* (): AsyncIterable<Uint8Array> {
    for await (const chunk of content) {
      isEmpty = false;
      yield chunk;
    }
  };
  try {
    for await (const _ of parseXml(counted(), handler));
  } catch (error) {
    if (!isEmpty) throw error;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
