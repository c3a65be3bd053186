/**
 * Messages of the server in the words of the editor. Texts of the server name commands of the terminal; the client changes
 * them at the one place where they arrive, so that no message that is shown can miss it.
 */
import { sentence } from '../../server/src/base/sentence.ts';
import { editorText } from './hints.ts';

/** Keys of texts, or of lists of texts, that the server words. */
const worded: ReadonlySet<string> = new Set(['notes', 'warnings', 'reason']);

/** Returns a result, an event or the data of an error with all texts that the server words in terms of the editor. */
export function inEditor<T>(sent: T): T {
  return changed(sent) as T;
}

function changed(value: unknown): unknown {
  // Rows of tables are long lists of texts and numbers.
  if (Array.isArray(value)) return isObject(value[0]) ? value.map(changed) : value;
  if (!isObject(value)) return value;
  const has = (key: string): boolean => typeof value[key] === 'string';
  // The message of a commit is a person's.
  const isMessage = (key: string): boolean => key === 'message' && (has('code') || has('health') || has('token'));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key === 'hint' && typeof part === 'string') return [key, sentence(editorText(part))];
      if (worded.has(key) || isMessage(key)) return [key, textsInEditor(part)];
      return [key, key === 'quarantined' ? quarantinedInEditor(part) : changed(part)];
    }),
  );
}

/** Files that opening took out of use: each has a text. */
function quarantinedInEditor(files: unknown): unknown {
  if (!Array.isArray(files)) return changed(files);
  return files.map((file: unknown) => (isObject(file) ? { ...file, text: textsInEditor(file['text']) } : file));
}

function textsInEditor(part: unknown): unknown {
  if (typeof part === 'string') return editorText(part);
  return Array.isArray(part) ? part.map(textsInEditor) : changed(part);
}

/** True for an object of JSON and for a list; bytes are neither. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}
