/** The verb on the copies of a pond that Backup resources make. */
import { plural } from '../../server/src/base/plural.ts';
import { ageText } from '../../server/src/base/age.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type BackupInfo, type BackupVerifyInfo } from '../../server/src/protocol/commands.ts';
import { attemptEach, errorOf, failAfter } from './attempts.ts';
import { type PrintedError } from './errorText.ts';
import { humanSize, minute, table } from './format.ts';
import { argument, atOf, printJson, show } from './runner.ts';
import { runNamed } from './runVerbs.ts';
import { noneCommitted, stagedHint, warnOfNone } from './stagedResources.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** Share of the objects that a verification reads by default. */
const defaultSample = '5%';

/** Makes copies of the pond, and shows, verifies and prunes them. Other words than these are names of Backups. */
export const backup = {
  usage:
    '[NAME...] | status [NAME] [--offline] | verify [NAME] [--sample P | --full] [--at V] [--repair] | ls URL | prune [NAME] [--dry-run] | adopt NAME',
  summary: 'send what is new to the stores of Backup resources, and check what is there',
  details: [
    'status shows what is not backed up; --offline as this computer remembers it.',
    `verify compares every object with the pond, and reads a share of them, ${defaultSample} or --sample; --full reads all.`,
    'verify --repair also sends the files of the pond in the place of damaged objects, which it removes with prune_key.',
    'ls lists the ponds at s3://BUCKET/PREFIX?endpoint=https://HOST or file:///FOLDER.',
    'prune removes what no version needs, in two calls at least a day apart; --dry-run only lists it.',
    'adopt makes a clone take the place of the pond that it was cloned from: its Backups run from then on.',
  ],
  options: {
    offline: { type: 'boolean' },
    sample: { type: 'string' },
    full: { type: 'boolean' },
    at: { type: 'string' },
    repair: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  positionals: [0],
  hints: {
    'remote-diverged': "'pond clone' copies what is at the store into another folder; nothing there was changed.",
  },
  run,
} as const satisfies TerminalVerb;

const actions: Readonly<Record<string, (session: Session) => Promise<void>>> = { status, verify, ls, prune, adopt };

async function run(session: Session): Promise<void> {
  const [first = ''] = session.line.positionals;
  const action = Object.hasOwn(actions, first) ? actions[first] : undefined;
  refuseOptions(session, action === undefined ? '' : first);
  if (action !== undefined) return await action(session);
  const all = await backups(session);
  if (all.length === 0) throw await noneCommitted(session, 'backup');
  const names: string[] = [];
  for (const name of session.line.positionals) names.push(await resourceNamed(session, all, name));
  await runNamed(session, names.length === 0 ? all.map(({ resource }) => resource) : names);
}

const optionsOf: Readonly<Record<string, readonly string[]>> = {
  status: ['offline'],
  verify: ['sample', 'full', 'at', 'repair'],
  prune: ['dry-run'],
};

/** Fails `usage` for an option of another action. */
function refuseOptions({ line }: Session, action: string): void {
  const given = [...line.flags, ...Object.keys(line.texts)];
  const other = given.find((name) => name in backup.options && !(optionsOf[action] ?? []).includes(name));
  if (other === undefined) return;
  throw new PondError('usage', `--${other} is not for 'pond ${`backup ${action}`.trim()}'`, {
    hint: `Usage: pond backup ${backup.usage}`,
  });
}

/** Returns the Backups of the latest commit. */
async function backups({ call }: Session): Promise<readonly BackupInfo[]> {
  return (await call('status', {})).backups;
}

/** Returns the Backup of a name, with or without its kind. Fails `resource-not-found`. */
async function resourceNamed(session: Session, all: readonly BackupInfo[], name: string): Promise<string> {
  const found = all.find(({ resource }) => resource === name || resource.split('/')[1] === name);
  if (found !== undefined) return found.resource;
  if (all.length === 0) throw await noneCommitted(session, 'backup');
  const staged = await stagedHint(session, 'backup');
  throw new PondError('resource-not-found', `the latest commit has no Backup "${name}"`, {
    hint: [
      `The commit has ${all.map(({ resource }) => resource).join(', ')}. Actions are ${Object.keys(actions).join(', ')}.`,
      ...(staged === undefined ? [] : [staged]),
    ].join(' '),
  });
}

/** Returns the Backup that the first argument after the action names: without one, the only Backup. Fails `usage`. */
async function oneBackup(session: Session): Promise<string> {
  const name = session.line.positionals[1];
  const all = await backups(session);
  if (name !== undefined) return await resourceNamed(session, all, name);
  const [only, ...others] = all.map(({ resource }) => resource);
  if (only === undefined) throw await noneCommitted(session, 'backup');
  if (others.length === 0) return only;
  const hint = `There are ${[only, ...others].join(', ')}.`;
  throw new PondError('usage', 'the name of a Backup is missing', { hint });
}

async function status(session: Session): Promise<void> {
  const { line } = session;
  const name = line.positionals[1];
  const all = await backups(session);
  if (name === undefined && all.length === 0) await warnOfNone(session, 'backup');
  const names = name === undefined ? all.map(({ resource }) => resource) : [await resourceNamed(session, all, name)];
  const offline = line.flags.has('offline');
  const attempts = await attemptEach(names, (one) => session.call('backupStatus', { name: one, offline }));
  const states = attempts.map((attempt) => {
    const remembered = all.find(({ resource }) => resource === attempt.resource);
    return { ...remembered!, missingBytes: null, ...attempt.value, error: errorOf(attempt, session) };
  });
  if (line.json) await printJson(session, states);
  else {
    await session.terminal.print(states.map((state) => `${statusLines(state).map(printable).join('\n')}\n`).join(''));
  }
  failAfter(attempts, session);
}

/** A state of which an error is known, when the store could not be asked: it is then what this computer remembers. */
type ShownState = BackupInfo & { readonly missingBytes: number | null; readonly error: PrintedError | null };

function statusLines(state: ShownState): readonly string[] {
  const { resource, text, address, commit, missing, missingBytes, verified, verifiedShare, error } = state;
  const size = missing === 0 || missingBytes === null ? '' : `, up to ${humanSize(missingBytes)}`;
  const share = verifiedShare === null ? '' : `, ${Math.round(verifiedShare * 1000) / 10}% of the objects read`;
  return [
    `${resource}: ${text}${size}`,
    ...(error === null ? [] : [`  not asked: ${error.message}`]),
    ...(address === '' ? [] : [`  at ${address}${commit === null ? '' : `, up to commit ${commit}`}`]),
    verified === null ? '  never verified' : `  verified ${ageText(Date.now() - Date.parse(verified))}${share}`,
  ];
}

async function verify(session: Session): Promise<void> {
  const { line } = session;
  const share = line.flags.has('full') ? 1 : shareOf(line.texts['sample'] ?? defaultSample);
  if (line.flags.has('full') && line.texts['sample'] !== undefined) {
    throw new PondError('usage', '--sample and --full exclude each other', { hint: '--full reads every object.' });
  }
  const name = await oneBackup(session);
  const repair = line.flags.has('repair');
  const result = await session.call('backupVerify', { name, share, ...atOf(line), ...(repair && { repair }) });
  const repaired = result.repaired.map((path) => `repaired ${path}`);
  await show(session, result, [...repaired, ...result.problems, verdict(result)].map(printable).join('\n'));
  if (result.problems.length === 0) return;
  throw new PondError(
    'remote-damaged',
    `the copy of ${result.resource} has ${plural(result.problems.length, 'problem')}`,
    {
      hint: repair
        ? 'Restore their older versions at the store; a Backup with another prefix makes a whole new copy.'
        : "'pond backup verify --repair' sends them again from this pond.",
    },
  );
}

function verdict({ resource, commit, objects, bytes, readObjects, readBytes, unnamed }: BackupVerifyInfo): string {
  const read = `${plural(readObjects, 'object')} read, ${humanSize(readBytes)}`;
  const left = unnamed === 0 ? '' : `; ${plural(unnamed, 'object')} of interrupted runs`;
  return `${resource}: ${plural(objects, 'object')}, ${humanSize(bytes)}, up to commit ${commit}: ${read}${left}`;
}

function shareOf(text: string): number {
  const percent = Number(/^(\d{1,3}(?:\.\d{1,6})?)%?$/.exec(text)?.[1]);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new PondError('usage', `--sample takes a share from 0% to 100%, got '${text}'`);
}

async function ls(session: Session): Promise<void> {
  const url = argument(session.line, 1);
  const found = await session.backupList(url);
  if (found.length === 0)
    session.terminal.warn(
      `pond: no copy of a pond is at ${printable(url)}\nhint: Name the prefix of the Backup too: it is 'ponds', unless its document states another.`,
    );
  const rows = found.map(({ pond, created, by, layout, commit, time }) => [
    pond,
    commit === null ? '' : `commit ${commit}`,
    time === null ? '' : minute(time),
    ...[by, layout === 'open' ? '' : layout, created.slice(0, 10)],
  ]);
  await show(session, found, table(rows));
}

async function prune(session: Session): Promise<void> {
  const { line } = session;
  const name = await oneBackup(session);
  const result = await session.call('backupPrune', { name, dryRun: line.flags.has('dry-run') });
  const rows = result.objects.map(({ key, size, state, reason }) => [state, humanSize(size), key, reason ?? '']);
  const later = result.removable === null ? '' : `; a call after ${minute(result.removable)} removes the candidates`;
  const removed = result.objects.filter(({ state }) => state === 'removed').length;
  const sum = `${result.resource}: ${plural(removed, 'object')} of ${rows.length} removed${later}`;
  await show(session, result, table(rows, new Set([1])) + sum);
}

async function adopt(session: Session): Promise<void> {
  const name = await resourceNamed(session, await backups(session), argument(session.line, 1));
  await session.call('backupAdopt', { name });
  await show(session, null, `this pond takes the place of the one it was cloned from; ${name} runs from now on`);
}
