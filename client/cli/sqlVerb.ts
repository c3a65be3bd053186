import { PondError } from '../../server/src/base/error.ts';
import { historyFile } from '../../server/src/terminal.ts';
import { readText } from './inputText.ts';
import { at, atHelp } from './options.ts';
import { formatToPrint } from './queryRequest.ts';
import { printedFormat, printStatement } from './sqlResults.ts';
import { placedStatements } from './sqlScript.ts';
import { type TerminalVerb } from './verb.ts';

/** Runs statements one after another, typed by a person or from a file. */
export const sql: TerminalVerb = {
  usage: '[--at V] [--format F] [-f FILE]',
  summary: 'run statements of SQL as you type them, or those of a file',
  details: [
    'A statement ends with a semicolon. Tab completes paths, columns and functions; .help lists commands.',
    '-f runs the statements of a host file, up to the first error; - and a pipe are standard input.',
    'F is table, csv, json, ndjson or markdown.',
    atHelp,
  ],
  options: { at, format: { type: 'string' }, file: { type: 'string', short: 'f' } },
  positionals: [0, 0],
  run: async (session) => {
    const { line, terminal } = session;
    const format = printedFormat(formatToPrint(line));
    const { file } = line.texts;
    if (file === undefined && terminal.isInteractive && terminal.isScreen) {
      const { SqlShell } = await import('./sqlShell.ts');
      return await new SqlShell(session, historyFile('sql_history'), format).run();
    }
    const { text, origin } = await readText(file ?? '-', session);
    let count = 0;
    for (const statement of placedStatements(text)) {
      requireSql(statement, origin);
      await printStatement(session, statement, { format, signal: session.signal });
      count += 1;
    }
    if (count === 0) throw new PondError('usage', `no statement is in ${origin}`);
  },
};

/** Fails `usage` for a command of the interactive terminal, or of another one, such as `.tables`. */
function requireSql(statement: string, origin: string): void {
  const [, above = '', command] = /^(\s*)(\.[a-z]\S*)/i.exec(statement) ?? [];
  if (command === undefined) return;
  const line = above.split('\n').length;
  throw new PondError('usage', `line ${line} of ${origin}: '${command}' is not SQL`, {
    hint: "'pond ls' lists the pond, 'pond describe PATH' shows the columns of a table, and --format is the format of results.",
  });
}
