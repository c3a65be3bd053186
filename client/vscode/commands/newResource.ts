import type * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { QuickSteps } from '../quickSteps.ts';
import { openNewDocument } from '../resources/newDocument.ts';

/** Opens a new document with the example of a kind (`kind`, or one that the user picks), to be edited and applied. */
export async function newResource({ store }: Context, kind?: unknown): Promise<vscode.TextEditor | undefined> {
  const kinds = await store.allKinds();
  const named = typeof kind === 'string' ? kinds.find((one) => one.kind === kind) : undefined;
  const items = kinds.map((one) => ({ label: one.kind, detail: one.summary, example: one.example }));
  const example =
    named?.example ??
    (await QuickSteps.ask((steps) => steps.choose(items, { placeholder: 'Kind of the resource', matchOnDetail: true })))
      ?.example;
  return example === undefined ? undefined : await openNewDocument(example);
}
