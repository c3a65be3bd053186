import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { PondError } from '../../server/src/base/error.ts';
import { hostFolder } from '../../server/src/terminal.ts';
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
 * Reads a small host file, or standard input for `-`. Fails `invalid-content` unless it is UTF-8, `cancelled` by Ctrl+C,
 * and as hostFolder.
 */
export async function readText(file: string, session: Pick<Session, 'terminal' | 'signal'>): Promise<InputText> {
  const isInput = file === '-';
  const origin = isInput ? 'standard input' : file;
  const bytes = isInput ? await readInput(session) : hostFolder(process.cwd())(hostPath(file), fileBytesMax).content;
  if (!isUtf8(bytes)) throw new PondError('invalid-content', `expected text in UTF-8 in ${origin}`, { path: origin });
  return { text: new TextDecoder().decode(bytes), origin };
}

async function readInput({ terminal, signal }: Pick<Session, 'terminal' | 'signal'>): Promise<Uint8Array> {
  try {
    return await buffer(terminal.input());
  } catch (error) {
    // Ctrl+C closes the input.
    if (signal.aborted) throw new PondError('cancelled', 'the operation was cancelled', { cause: error });
    throw error;
  }
}
