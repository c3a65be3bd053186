import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { PondError } from '../../server/src/base/error.ts';
import { descriptorInput, hostFolder } from '../../server/src/terminal.ts';
import { hostPath } from './runner.ts';
import { type Session } from './verb.ts';

/** Maximum size of a file of documents or of SQL. */
const fileBytesMax = 1024 * 1024;

/** A text that a person named, and its name in messages. */
interface InputText {
  readonly text: string;
  readonly origin: string;
}

/**
 * Reads a small host file, or standard input for `-`, or another stream of the process, such as that of `<(command)`. Fails
 * `invalid-content` unless it is UTF-8, `cancelled` by Ctrl+C, and as hostFolder.
 */
export async function readText(file: string, session: Pick<Session, 'terminal' | 'signal'>): Promise<InputText> {
  const isInput = file === '-';
  const origin = isInput ? 'standard input' : file;
  const stream = isInput ? session.terminal.input() : descriptorInput(hostPath(file));
  const bytes =
    stream === undefined
      ? hostFolder(process.cwd())(hostPath(file), fileBytesMax).content
      : await readStream(stream, session.signal);
  if (!isUtf8(bytes)) throw new PondError('invalid-content', `expected text in UTF-8 in ${origin}`, { path: origin });
  return { text: new TextDecoder().decode(bytes), origin };
}

async function readStream(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await buffer(stream);
  } catch (error) {
    // Ctrl+C closes the input.
    if (signal.aborted) throw new PondError('cancelled', 'the operation was cancelled', { cause: error });
    throw error;
  }
}
