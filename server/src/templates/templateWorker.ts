/** The process in which templates are rendered: a template that exhausts time or memory ends it, and nothing else. */
import { Environment, initSync } from 'minijinja-js/dist/web/minijinja_js.js';
import { createRequire } from 'node:module';
import { readHostStream } from '../storage/hostStream.ts';
import { pageText } from '../documents/pageNames.ts';
import { groupItems, pairsOf, urlEncoded } from './templateFunctions.ts';
import { type RenderFault, type RenderReply, type RenderRequest, templateLimits } from './templateMessages.ts';
import { pairsFilter } from './templateTags.ts';
import { startWatch } from './templateWatch.ts';
import { withMemoryLimit } from './wasmMemory.ts';

initSync({ module: await loadEngine() });
const watch = startWatch(templateLimits.processorMs);
process.on('message', (request: RenderRequest) => {
  watch.begin();
  const reply = render(request);
  watch.end();
  process.send?.(reply);
});
process.send?.('ready');

async function loadEngine(): Promise<Uint8Array<ArrayBuffer>> {
  const path = createRequire(import.meta.url).resolve('minijinja-js/dist/web/minijinja_js_bg.wasm');
  const chunks: Uint8Array[] = [];
  for await (const chunk of readHostStream(path, 0, Infinity)) chunks.push(chunk);
  return withMemoryLimit(Buffer.concat(chunks), templateLimits.memoryPages);
}

function render({ source, context }: RenderRequest): RenderReply {
  const environment = new Environment();
  let reported: RenderFault | undefined;
  const report = (fault: RenderFault) => void (reported ??= fault);
  try {
    environment.undefinedBehavior = 'strict';
    environment.keepTrailingNewline = true;
    // Otherwise the engine reports the line of an error, but not the position in it.
    environment.debug = true;
    environment.fuel = templateLimits.fuel;
    environment.removeGlobal('debug');
    environment.addFilter(pairsFilter, (value: unknown, origin: unknown) => pairsOf(value, origin, report));
    environment.addFilter('plain', (value: unknown) => pageText(String(value)));
    environment.addFilter('urlencode', (value: unknown) => urlEncoded(value, report));
    environment.addGlobal('group', (...given: readonly unknown[]) => groupItems(given, report));
    const text = environment.renderStr(source, context);
    environment.free();
    if (reported !== undefined) return { fault: reported };
    if (text.length <= templateLimits.outputLengthMax) return { text };
    const message = `the text is longer than ${templateLimits.outputLengthMax} characters`;
    return { fault: { message } };
  } catch (error) {
    // After a trap, the state of the engine's memory is unknown. The engine traps when it gets no more memory.
    if (error instanceof Error && error.name === 'RuntimeError') return { broken: memoryText };
    environment.free();
    return { fault: { ...faultOf(error instanceof Error ? error.message : String(error)), ...reported } };
  }
}

const memoryText = `it took more than ${templateLimits.memoryPages / 16} MB of memory`;

/**
 * The engine's text of an error: a message with the line, then the surrounding lines, where ">" marks the line of the
 * error and "^" below it the range; then the values of the variables, which are private.
 */
function faultOf(text: string): RenderFault {
  const lines = text.split('\n');
  const placed = lines.findIndex((line) => inLine.test(line));
  if (placed < 0) return { message: text };
  const message = lines.slice(0, placed + 1).join('\n');
  const line = Number(inLine.exec(message)?.[1]) - 1;
  const marked = lines.findIndex((shown, index) => index > placed && /^\s*\d+ > /.test(shown));
  const prefix = /^\s*\d+ > /.exec(lines[marked] ?? '')?.[0].length ?? 0;
  const carets = /^\s+i \s*(\^+)/.exec(lines[marked + 1] ?? '');
  const from = carets === null ? 0 : carets[0].indexOf('^') - prefix;
  const to = from + (carets?.[1]?.length ?? 0);
  return { message: worded(message.replace(inLine, '')), span: { line, from, to } };
}

/** Users do not know the engine's term "fuel". */
function worded(message: string): string {
  return message === 'engine ran out of fuel' ? 'it takes more steps than a template may' : message;
}

const inLine = / \(in <string>:(\d+)\)$/;
