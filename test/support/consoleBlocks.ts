/** Reads the commands of a page of documentation, and the output that it shows for them. */

/** A step of a page, in the order of the page. */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly content: string }
  | { readonly kind: 'command'; readonly text: string; readonly answer: readonly string[] };

/** Returns the files (`yaml` blocks that begin with `# NAME`) and commands (`console` blocks) of a page. */
export function stepsOf(page: string): readonly Step[] {
  const blocks = page.matchAll(/^```(console|yaml)\n([^]*?)^```$/gm);
  return [...blocks].flatMap(([, language, content = '']): readonly Step[] => {
    if (language === 'console') return commandsOf(content);
    const name = /^# (\S+\.yaml)\n/.exec(content)?.[1];
    return name === undefined ? [] : [{ kind: 'file', name, content }];
  });
}

function commandsOf(content: string): readonly Step[] {
  return content
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const lines = part.trimEnd().split('\n');
      // A command continues until its quotes are closed.
      const length = lines.findIndex((_, index) => isClosed(lines.slice(0, index + 1).join('\n'))) + 1;
      return { kind: 'command', text: lines.slice(0, length).join('\n'), answer: lines.slice(length) };
    });
}

const isClosed = (command: string): boolean => (command.match(/(?<!\\)"/g) ?? []).length % 2 === 0;

/**
 * True if an output matches that on a page: spaces do not count, `…` matches any text of a line, and a line of `…`
 * alone matches any number of lines.
 */
export function answers(said: readonly string[], got: string): boolean {
  const lines = said.map((line) => plain(line).split('…').map(escapeText).join('.*'));
  const pattern = lines.map((line) => (line === '.*' ? '(?:.*\\n)*' : `${line}\\n`)).join('');
  const text = got.split('\n').map(plain).join('\n');
  return new RegExp(`^${pattern}\\n*$`).test(text);
}

const plain = (line: string): string => line.trim().replaceAll(/\s+/g, ' ');

const escapeText = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
