/** Verbs on resources and their documents. */
import { dirname } from 'node:path';
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { type AppliedInfo, type ProblemInfo, type ResourceInfo } from '../../server/src/protocol/resources.ts';
import { hintText } from './errorText.ts';
import { printable } from '../../server/src/base/printable.ts';
import { minute, table } from './format.ts';
import { readText } from './inputText.ts';
import { runLine } from './runText.ts';
import { hostPath, printJson, show, namesOf } from './runner.ts';
import { type Session, type Terminal, type VerbRunner } from './verb.ts';

interface Source {
  readonly text: string;
  readonly origin: string;
  /** Folder of the file. */
  readonly directory: string;
}

/** Stages documents; fails `resource-invalid` after printing the problems. */
export const apply: VerbRunner = async (session) => {
  const { line, terminal } = session;
  const files = [...(line.lists['file'] ?? []), ...line.positionals];
  if (files.length === 0) {
    throw new PondError('usage', 'a file of documents is missing', { hint: 'Usage: pond apply -f FILE' });
  }
  const variables = variablesOf(line.lists['variable'] ?? []);
  const sources: Source[] = [];
  for (const file of files) sources.push(await readSource(file, session));
  const result = await session.call('apply', { sources, variables, directory: process.cwd() });
  await show(session, result);
  printProblems(terminal, result.problems);
  const unread = unreadOf(variables, sources);
  if (unread.length > 0) terminal.warn(printable(`pond: warning: no document reads -v ${unread.join(', -v ')}`));
  const errors = result.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const hint = 'Correct the problems above, and apply again.';
    throw new PondError('resource-invalid', `nothing was applied: ${plural(errors.length, 'error')}`, { hint });
  }
  if (line.json) return;
  await terminal.print(result.applied.map(appliedLine).join(''));
  const isStaged = result.applied.some(({ outcome }) => outcome !== 'unchanged');
  if (isStaged) terminal.warn(hintText("This is staged; 'pond commit' makes it live."));
};

function variablesOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      // The text may be a misplaced secret, so the error does not quote it.
      if (at < 1) throw new PondError('usage', 'a variable is given as NAME=VALUE', { hint: 'Usage: -v NAME=VALUE' });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Returns the variables whose names occur in no document: they are unused, or misspelled. */
function unreadOf(variables: Readonly<Record<string, string>>, sources: readonly Source[]): readonly string[] {
  const words = new Set(sources.flatMap(({ text }) => text.match(/[\p{L}\p{N}_]+/gu) ?? []));
  return Object.keys(variables).filter((name) => !words.has(name));
}

async function readSource(file: string, session: Session): Promise<Source> {
  const directory = file === '-' ? process.cwd() : dirname(hostPath(file));
  return { ...(await readText(file, session)), directory };
}

function appliedLine({ outcome, kind, name, hostFiles, allows }: AppliedInfo): string {
  const details = [...hostFiles.map((file) => `  takes in: ${file}`), ...allows.map((access) => `  allows: ${access}`)];
  return [`${outcome} ${kind}/${name}`, ...details].map((line) => `${printable(line)}\n`).join('');
}

/** Prints problems to standard error, as compilers do: FILE:LINE:COLUMN, 1-based. */
function printProblems(terminal: Terminal, problems: readonly ProblemInfo[]): void {
  for (const { origin, line, character, severity, message, hint } of problems) {
    const kind = severity === 'warning' ? 'warning: ' : '';
    terminal.warn(printable(`${origin}:${line + 1}:${character + 1}: ${kind}${message}`));
    if (hint !== undefined) terminal.warn(hintText(hint));
  }
}

/** Lists resources, or shows details of some. */
export const get: VerbRunner = async (session) => {
  const { line, terminal } = session;
  const resources = await session.call('resources', namesOf(line.positionals));
  if (line.json) return await printJson(session, resources);
  if (resources.length === 0) {
    terminal.warn('pond: there are no resources');
    return terminal.warn(hintText("'pond apply' stages resources."));
  }
  if (line.positionals.length === 0) return await terminal.print(table(resources.map(listRow)));
  const read = [...new Set(resources.flatMap(({ reads }) => reads))];
  const sources = read.length === 0 ? [] : await session.call('resources', { names: read });
  const titles = new Map(sources.map(({ id, kind, name }) => [id, `${kind}/${name}`]));
  for (const [index, resource] of resources.entries()) {
    await terminal.print(`${index === 0 ? '' : '\n'}${details(resource, titles)}`);
    printProblems(
      terminal,
      resource.problems.map((problem) => withName(problem, resource)),
    );
  }
};

/** Returns a problem of a document in the pond, with the name of the resource in its path. */
function withName(problem: ProblemInfo, { directory, kind, name }: ResourceInfo): ProblemInfo {
  return { ...problem, origin: problem.origin.replace(directory, `/${kind}/${name}`) };
}

function listRow({ kind, name, state, desc, problems, lastRun }: ResourceInfo): string[] {
  const ran = lastRun === null ? 'never run' : `${lastRun.status} ${minute(lastRun.started)}`;
  const wrong = problems.some(({ severity }) => severity === 'error');
  return [`${kind}/${name}`, state, wrong ? 'has errors' : ran, desc];
}

/** `titles` maps UUIDs of the resources that it reads to their names. */
function details(resource: ResourceInfo, titles: ReadonlyMap<string, string>): string {
  const { kind, name, id, desc, state, reads, outputs, lastRun } = resource;
  const rows = [
    ['resource', `${kind}/${name}`],
    ['id', id],
    ['desc', desc],
    ['state', state],
    ...reads.map((read) => ['reads', titles.get(read) ?? read]),
    ...outputs.map(({ path, type }) => ['output', type === 'directory' ? `${path}/` : path]),
    ['last run', lastRun === null ? 'never' : runLine(lastRun)],
  ];
  return table(rows);
}

/** Allows what resources do on this computer, revokes it, or lists it. */
export const allow: VerbRunner = async (session) => {
  const { line, terminal } = session;
  const names = line.positionals;
  const isRevoked = line.flags.has('revoke');
  const isList = line.flags.has('list') || (names.length === 0 && !isRevoked);
  if (names.length === 0 && !isList) {
    throw new PondError('usage', 'name the resources to revoke', { hint: 'Usage: pond allow --revoke NAME...' });
  }
  const found = await session.call('hostAccess', namesOf(names));
  if (isList) {
    if (found.length === 0 && !line.json) {
      terminal.warn('pond: no resource reads files of this computer or sends secrets');
    }
    const rows = found.map(({ resource, access, state, isAllowed }) => [
      resource,
      access,
      isAllowed ? 'allowed' : 'not allowed',
      state === 'committed' ? '' : state,
    ]);
    return await show(session, found, table(rows));
  }
  const accesses = found.filter(({ state }) => isRevoked || state !== 'former');
  await session.call('allow', {
    accesses: accesses.map(({ directory, access }) => ({ directory, access })),
    isRevoked,
  });
  const word = isRevoked ? 'no longer allowed' : 'allowed';
  await show(session, accesses, accesses.map((one) => printable(`${word}: ${one.resource} ${one.access}`)).join('\n'));
};

/** Stages the removal of resources. */
export const deleteVerb: VerbRunner = async (session) => {
  const result = await session.call('deleteResources', { names: session.line.positionals });
  await show(session, result, result.removed.map((title) => `removed ${printable(title)}`).join('\n'));
};
