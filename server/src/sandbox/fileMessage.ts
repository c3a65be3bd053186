import { sentence } from '../base/sentence.ts';

/** DuckDB's message about an unreadable file, in a form that users can act on. */
interface FileMessage {
  /** The message without long lines and without reader settings. */
  readonly text: string;
  /** DuckDB's suggested changes to the reader call, as a sentence; undefined without any. */
  readonly advice: string | undefined;
}

/** Characters kept of a line: DuckDB quotes lines of a file, which may have millions. */
const lineMax = 200;

/** The text for JSON whose types are too deep for an expression of DuckDB. */
const tooDeep = 'its lists and objects are nested too deeply';

/** DuckDB counts the value that it could not parse as one before the error. */
function atOwnLine(message: string): string {
  if (!message.includes('Malformed JSON')) return message;
  return message
    .replace(/(?<= in (?:line|record\/value) )\d+(?=:)/, (line) => String(Math.max(1, Number(line) - 1)))
    .replace(/\.? Try auto-detecting the JSON format$/, '');
}

/** Parses a message. DuckDB's CSV errors list every setting of the reader, and suggest changes to the call. */
export function fileMessage(message: string): FileMessage {
  const [summary = '', ...rest] = message.split(
    /\n(?=\n?Column [^\n]* is being converted|Possible (?:fixes|solutions?)|\s+file = |The search space|\s*Use |Try (?:increasing|setting) ')|, try ignore_errors=true/i,
  );
  const advice = rest.find((part) => /^possible solution:/i.test(part));
  const text = atOwnLine(summary.replace(/^Max expression depth limit of \d+ exceeded\.?/, tooDeep))
    .trim()
    .split('\n')
    .map((line) => (line.length > lineMax ? `${line.slice(0, lineMax)}…` : line))
    .join('\n');
  return { text, advice: advice && sentence(advice.slice(advice.indexOf(':') + 1).trim()) };
}
