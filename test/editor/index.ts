/**
 * Entry point that VS Code calls in its extension host, in the served and in the desktop one: runs suite.cjs, in this
 * folder, with node's own test runner in this process, since `vscode` can be imported nowhere else.
 */
import { join } from 'node:path';
import { run as runTests } from 'node:test';
import * as vscode from 'vscode';

/** Marks our lines among those that the workbench writes to the same console. */
const mark = '[suite] ';

/** Runs the suite and prints a line for each test. Throws if one failed or none ran. */
export async function run(): Promise<void> {
  await vscode.extensions.getExtension('duckpond.duckpond')?.activate();
  // `isolation` is newer than the oldest Node that the rest of the project supports, so the types lack it.
  const options: Parameters<typeof runTests>[0] & { readonly isolation: 'none' } = {
    files: [join(__dirname, 'suite.cjs')],
    isolation: 'none',
    concurrency: false,
  };
  const events = runTests(options);
  let passed = 0;
  const failed: string[] = [];
  for await (const { type, data } of events as AsyncIterable<TestEvent>) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isSuite = data.details?.type === 'suite';
    if (type === 'test:fail' && !isSuite) {
      failed.push(data.name);
      print(`not ok - ${data.name}\n${describe(data.details?.error)}`);
    } else if (!isSuite) {
      passed++;
      print(`ok - ${data.name}`);
    }
    // The stream itself ends with the process, which is the extension host.
    if (isSuite && data.nesting === 0) break;
  }
  print(`${passed} passed, ${failed.length} failed`);
  if (failed.length > 0) throw new Error(`${failed.length} failed: ${failed.join('; ')}`);
  if (passed === 0) throw new Error('no test ran');
}

/** Report of the runner on a test that ended. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly nesting: number;
    readonly details?: { readonly type?: string; readonly error?: unknown };
  };
}

function print(line: string): void {
  // oxlint-disable-next-line no-console -- the console is what leaves the extension host
  console.log(mark + line.replaceAll('\n', `\n${mark}`));
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
