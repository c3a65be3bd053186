import { type Context } from '../context.ts';
import { QuickSteps } from '../quickSteps.ts';
import { parseInterval } from '../resources/scheduleStrings.ts';
import { titleOf } from '../resources/strings.ts';
import { chooseResources, type ChosenResources } from './chooseResources.ts';
import { mayRun } from './trust.ts';

const other = 'Another interval…';
const intervals = ['15 min', '1 h', '6 h', '1 day'];

/** Sets how often resources run while this workspace is open, as the user picks or types it. */
export async function setSchedule(context: Context, ...args: readonly unknown[]): Promise<string | undefined> {
  if (!(await mayRun())) return undefined;
  const schedule = await QuickSteps.ask((steps) => askSchedule(context, args, steps));
  if (schedule === undefined) return undefined;
  const { pond, resources, interval } = schedule;
  for (const resource of resources) {
    await context.schedules.set(pond, titleOf(resource), interval === '' ? undefined : interval);
  }
  return interval;
}

/** The resources and how often they run, '' for never; undefined when the user cancels. */
async function askSchedule(
  context: Context,
  args: readonly unknown[],
  steps: QuickSteps,
): Promise<(ChosenResources & { readonly interval: string }) | undefined> {
  const chosen = await chooseResources(context, args, 'Resource to run on a schedule', steps);
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
  const placeholder = `${present === undefined ? 'No schedule' : `Every ${present}`}. It runs while this window is open.`;
  const picked = await steps.choose(items, { title, placeholder });
  if (picked === undefined) return undefined;
  const interval = picked.label === other ? await typed(steps, title, present) : picked.interval;
  return interval === undefined ? undefined : { ...chosen, interval };
}

function typed(steps: QuickSteps, title: string, present: string | undefined): Promise<string | undefined> {
  return steps.type({
    title,
    prompt: 'Interval, such as 15 min, 1 h or 1 day',
    ...(present !== undefined && { value: present }),
    validate: (text) => {
      const interval = parseInterval(text);
      return typeof interval === 'string' ? interval : undefined;
    },
  });
}
