import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { type FormatInfo } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, type Context } from '../context.ts';
import { pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { type FormatStatement, parseOptions, quotedValue } from '../queries/formatStrings.ts';
import { requestChange } from '../progress.ts';

/** States how the CSV files at the selected path are read: as given by a quick fix, else as a person types it. */
export async function stateFormat(
  { client, ponds, sourceControls }: Context,
  ...args: readonly unknown[]
): Promise<FormatInfo | undefined> {
  const [given] = args;
  const target = isStatement(given) ? given : await typedStatement(client, args);
  if (target === undefined) return undefined;
  const { pond, path, options } = target;
  await ponds.open(pond);
  const clear = isStatement(given) ? {} : { clear: true as const };
  const info = await requestChange(client, 'setFormat', { pond, path, options, ...clear });
  await sourceControls.refresh(pond);
  return info;
}

async function typedStatement(
  client: Context['client'],
  args: readonly unknown[],
): Promise<(Omit<FormatStatement, 'options'> & { readonly options: Readonly<Record<string, unknown>> }) | undefined> {
  const selected = selectedPaths(args) ?? selectedPaths([activeUri()]);
  const [path] = selected?.paths ?? [];
  if (selected === undefined || path === undefined) {
    void vscode.window.showInformationMessage('Select a file or folder of a pond in the explorer first.');
    return undefined;
  }
  const { pond } = selected;
  const { path: real, options } = await client.request('format', { pond, path });
  const own = options.filter((option) => option.path === real && option.inDocument !== true);
  const inherited = options.filter((option) => !own.includes(option));
  const text = await QuickSteps.ask((steps) =>
    steps.type({
      title: `How the CSV files at ${path} of ${pondName(pond)} are read`,
      prompt: `option=value, such as dates=day-first decimal=, nulls=NAN,-9999; empty: found in the files${inheritedText(inherited)}`,
      value: own.map((option) => `${option.option}=${quotedValue(option.text)}`).join(' '),
      validate: (typed) => (parseOptions(typed) === undefined ? 'Write option=value, separated by spaces.' : undefined),
    }),
  );
  const typed = text === undefined ? undefined : parseOptions(text);
  return typed && { pond, path, options: typed };
}

const inheritedText = (options: FormatInfo['options']): string =>
  options.length === 0 ? '' : `. From above: ${options.map(({ option, text }) => `${option}=${text}`).join(' ')}`;

function isStatement(value: unknown): value is FormatStatement {
  return typeof value === 'object' && value !== null && 'options' in value && 'pond' in value && 'path' in value;
}
