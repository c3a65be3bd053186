/** A reporter of node's test runner that prints the files in which a test failed: one host path a line, each once. */

/**
 * @param {AsyncIterable<{ type: string, data: { file?: string, name?: string } }>} events
 * @returns {AsyncGenerator<string>}
 */
export default async function* failedFiles(events) {
  const files = new Set();
  for await (const { type, data } of events) {
    const file = data?.file ?? data?.name;
    if (type !== 'test:fail' || file === undefined || files.has(file)) continue;
    files.add(file);
    yield `${file}\n`;
  }
}
