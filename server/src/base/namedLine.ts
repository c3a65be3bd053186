/** Returns the first line that a message about a text names, 1-based; undefined without one. */
export function namedLine(message: string): number | undefined {
  const [, line] = /\bline:? (\d+)/i.exec(message) ?? [];
  return line === undefined ? undefined : Number(line);
}
