/**
 * Features of the editor that correspond to the commands of the terminal in the server's texts, by verb; of a verb with
 * several forms, by the words of the form.
 */
export const features: Readonly<Record<string, string>> = {
  allow: '"Pond: Run Resource"',
  append: '"Pond: Append…"',
  apply: '"Pond: Apply Resource"',
  backup: '"Pond: Back Up Now"',
  'backup verify': '"Pond: Verify Backup…"',
  clone: '"Pond: Clone…"',
  commit: '"Pond: Commit"',
  cp: '"Copy" in the explorer',
  describe: 'a hover over its path in a query',
  diff: '"Pond: Open Diff"',
  discard: '"Pond: Discard"',
  export: '"Pond: Export…"',
  find: '"Pond: Go to File…"',
  format: '"Pond: State Format…"',
  get: 'the Resources view',
  import: '"Pond: Import…"',
  init: '"Pond: Init…"',
  log: '"Pond: Show Log…"',
  ls: 'the explorer',
  mv: '"Rename" in the explorer',
  query: '"Pond: New Query"',
  resolve: '"Keep Staged Change" in Source Control',
  restore: '"Pond: Restore Version…"',
  rm: '"Delete" in the explorer',
  run: '"Pond: Run Resource"',
  status: 'the Source Control view',
  tag: '"Pond: Tag Version…" or "Pond: Delete Tag…"',
};

/** Forms of commands that only the terminal has, as the words that they begin with. */
export const terminalOnly = [
  ...['allow origin', 'append --time', 'backup adopt', 'backup ls', 'check', 'clone --at', 'clone --fork', 'migrate'],
  'mirror',
] as const;

/** A command of the terminal in a text: `'pond log /a.csv'`. */
const quotedCommand = /'pond (\w[^']*)'/g;

/**
 * Returns a text of the server with features of the editor in place of the terminal's commands. A command that only the
 * terminal has stays, and the text says where it is typed.
 */
export function editorText(text: string): string {
  return text.replace(quotedCommand, (quoted, command: string) => {
    const begins = (form: string): boolean => command === form || command.startsWith(`${form} `);
    if (terminalOnly.some(begins)) return `${quoted} (in a terminal)`;
    const [verb = '', noun = ''] = command.split(' ');
    return features[`${verb} ${noun}`] ?? features[verb] ?? `${quoted} (in a terminal)`;
  });
}

/** A message with its hint, which is a sentence, as one or two sentences. */
export function withHint({ message, hint }: { readonly message: string; readonly hint?: string }): string {
  return hint === undefined ? message : `${message}. ${hint}`;
}
