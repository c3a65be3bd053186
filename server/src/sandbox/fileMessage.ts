/** What DuckDB says of a file that it cannot read, as people can use it. */
export interface FileMessage {
  /** Without long lines, and without settings of readers. */
  readonly text: string;
  /** What DuckDB would have the call of the reader changed to; undefined where it has no advice. */
  readonly advice: string | undefined;
}

/** Characters of a line that are kept: DuckDB quotes lines of a file, which may have millions. */
const lineMax = 200;

/** Takes a message apart. DuckDB's CSV errors list every setting of the reader, and ways to change them in the call. */
export function fileMessage(message: string): FileMessage {
  const [told = '', ...rest] = message.split(
    /\n(?=Possible (?:fixes|solutions?)|\s+file = |The search space|\s*Use )/i,
  );
  const advice = rest.find((part) => /^possible solution:/i.test(part));
  const text = told
    .trim()
    .split('\n')
    .map((line) => (line.length > lineMax ? `${line.slice(0, lineMax)}…` : line))
    .join('\n');
  return { text, advice: advice?.slice(advice.indexOf(':') + 1).trim() };
}
