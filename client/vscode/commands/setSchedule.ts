import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parseInterval } from '../resources/scheduleStrings.ts';
import { titleOf } from '../resources/strings.ts';
import { chooseResources } from './chooseResources.ts';
import { mayRun } from './trust.ts';

const other = 'Another interval…';
const intervals = ['15 min', '1 h', '6 h', '1 day'];

/** Sets how often resources run while this workspace is open, as the user picks or types it. */
export async function setSchedule(context: Context, ...args: readonly unknown[]): Promise<string | undefined> {
  if (!(await mayRun())) return undefined;
  const chosen = await chooseResources(context, args, 'Resource to run on a schedule');
  const [first] = chosen?.resources ?? [];
  if (chosen === undefined || first === undefined) return undefined;
  const { pond, resources } = chosen;
  const present = context.schedules.intervalOf(pond, titleOf(first));
  const items = [
    ...intervals.map((interval) => ({ label: `Every ${interval}`, interval })),
    { label: other, interval: undefined },
    { label: 'Never', description: 'only when you run it', interval: '' },
  ];
  const title = resources.length === 1 ? `Schedule of ${titleOf(first)}` : `Schedule of ${resources.length} resources`;
  const placeHolder = `${present === undefined ? 'No schedule' : `Every ${present}`}. It runs while this window is open.`;
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder });
  if (picked === undefined) return undefined;
  const interval = picked.label === other ? await typed(title, present) : picked.interval;
  if (interval === undefined) return undefined;
  for (const resource of resources) {
    await context.schedules.set(pond, titleOf(resource), interval === '' ? undefined : interval);
  }
  return interval;
}

function typed(title: string, present: string | undefined): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: 'Interval, such as 15 min, 1 h or 1 day',
    ...(present !== undefined && { value: present }),
    validateInput: (text) => {
      const interval = parseInterval(text);
      return typeof interval === 'string' ? interval : undefined;
    },
  });
}
