import * as vscode from 'vscode';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { printable } from '../../../server/src/base/printable.ts';
import { newDataText, bytesText, durationText, titleOf } from './strings.ts';
import { countText } from '../numberStrings.ts';
import { ago } from '../timeStrings.ts';

const stateWords = {
  committed: 'as in the latest commit',
  staged: 'staged: runs once it is committed',
  changed: 'changed: runs use the committed document until the next commit',
} as const;

/** Context for the texts of a row. */
export interface RowContext {
  readonly nowMs: number;
  /** All resources of the pond. */
  readonly resources: readonly ResourceInfo[];
  /** Replaces UUIDs in a server text by the names of resources. */
  readonly readable: (text: string) => string;
  /** The interval of a resource's schedule; undefined without one. */
  readonly interval: (resource: ResourceInfo) => string | undefined;
}

/** Details of a resource, as Markdown. Texts of the pond are escaped. */
export function resourceTooltip(resource: ResourceInfo, context: RowContext): vscode.MarkdownString {
  const interval = context.interval(resource);
  const text = new vscode.MarkdownString('', true);
  text
    .appendMarkdown('**')
    .appendText(printable(titleOf(resource)))
    .appendMarkdown('**\n\n');
  if (resource.desc !== '') text.appendText(printable(resource.desc)).appendMarkdown('\n\n');
  text.appendMarkdown(`Document ${stateWords[resource.state]}`);
  if (interval !== undefined)
    text.appendMarkdown('\n\nRuns every ').appendText(interval).appendMarkdown(' while this window is open');
  if (resource.lastRun === null) text.appendMarkdown('\n\nNever run');
  else appendRun(text, resource.lastRun, context);
  for (const { message, severity, line } of resource.problems) {
    text.appendMarkdown(severity === 'error' ? '\n\n$(error) ' : '\n\n$(warning) ');
    text.appendText(printable(`Line ${line + 1}: ${message}`));
  }
  const outputs = resource.outputs.length;
  const reads = resource.reads.length;
  const parts = [
    ...(outputs === 0 ? [] : [countText(outputs, 'output')]),
    ...(reads === 0 ? [] : [`reads ${countText(reads, 'resource')}`]),
  ];
  if (parts.length > 0) text.appendMarkdown(`\n\n${parts.join(' · ')}`);
  return text;
}

function appendRun(text: vscode.MarkdownString, run: RunInfo, { nowMs, readable }: RowContext): void {
  const icon = { ok: 'pass', failed: 'error', cancelled: 'circle-slash', skipped: 'debug-step-over' }[run.status];
  const facts = [ago(Date.parse(run.started), nowMs), durationText(run.durationMs), newDataText(run)];
  if (run.bytes > 0) facts.push(bytesText(run.bytes));
  text.appendMarkdown(`\n\n---\n\n$(${icon}) Last run ${run.status}: ${facts.join(' · ')}`);
  for (const note of run.notes) text.appendMarkdown('\n\n').appendText(printable(readable(note)));
  if (run.error === null) return;
  text.appendMarkdown('\n\n').appendText(printable(readable(run.error.message)));
  if (run.error.hint !== undefined) text.appendMarkdown('\n\n').appendText(run.error.hint);
}
