import { sentence } from '../../server/src/base/sentence.ts';

/** Features of the editor that correspond to the commands of the terminal in the server's hints, by verb. */
const features: Readonly<Record<string, string>> = {
  allow: '"Pond: Run Resource"',
  cp: '"Copy" in the explorer',
  get: 'the Resources view',
  init: '"Pond: Init"',
  log: '"Pond: Show Log"',
  mv: '"Rename" in the explorer',
  rm: '"Delete" in the explorer',
  tag: '"Pond: Tag Version…" or "Pond: Delete Tag…"',
};

/** Returns a hint of the server as a sentence that names features of the editor instead of terminal commands. */
export function hintText(hint: string): string {
  return sentence(hint.replace(/'pond (\w+)[^']*'/g, (command, verb: string) => features[verb] ?? command));
}
