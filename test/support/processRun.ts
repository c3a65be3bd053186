/** Runs plans: each operation of a terminal in a process of its own, those of an editor through one server. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EditorServer, failureOf, startEditorServer } from './editorServer.ts';
import { type Ended, startPond } from './pondCommand.ts';
import { type FileEvent } from './processModel.ts';
import {
  contentOf,
  type FileOperation,
  type Lane,
  moved,
  type Operation,
  type Plan,
  source,
  valueOf,
} from './processPlan.ts';

const preload = new URL('./killAtCall.mjs', import.meta.url).href;

/** Where a pond and all that its processes use is. */
export interface Place {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** An operation that ended, with what is known of its outcome. */
export interface Outcome extends Omit<FileEvent, 'operation'> {
  readonly operation: Operation;
  /** For a failure: all that was said. */
  readonly said: string;
}

/** Runs a plan to its end, after which no process works on the pond. */
export async function runPlan(place: Place, { lanes, serverKillAt }: Plan): Promise<readonly Outcome[]> {
  const isServed = lanes.some(({ kind }) => kind === 'editor');
  const server = isServed ? await startServer(place, serverKillAt) : undefined;
  try {
    const outcomes = await Promise.all(
      lanes.map((lane) => (lane.kind === 'terminal' ? runInTerminal(place, lane) : runInEditor(place, lane, server!))),
    );
    // What a terminal gave to the server, it did itself if the server died.
    const isRepeated = server?.process.signalCode === 'SIGKILL';
    return outcomes.flat().map((outcome) => ({ ...outcome, isRepeated }));
  } finally {
    await server?.stop();
  }
}

async function startServer({ folder, env }: Place, killAt: number | undefined): Promise<EditorServer> {
  const server = await startEditorServer({}, { ...env, ...killedAt(killAt) });
  await server.ask('open', { pond: join(folder, 'own') }).catch(() => undefined);
  return server;
}

const killedAt = (call: number | undefined): NodeJS.ProcessEnv =>
  call === undefined ? {} : { NODE_OPTIONS: `--import=${preload}`, POND_KILL_AT: String(call) };

async function runInTerminal(place: Place, { operations, kill }: Lane): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [at, operation] of operations.entries()) {
    const startMs = performance.now();
    const env = { ...place.env, ...(kill?.operation === at ? killedAt(kill.atCall) : {}) };
    const { args, input = '' } = commandOf(place, operation);
    const { process: child, ended } = startPond(args, { cwd: place.folder, input, env });
    const end = await ended;
    const answer = child.signalCode === 'SIGKILL' ? 'unknown' : answerOf(operation, end);
    outcomes.push(outcomeOf(operation, startMs, answer, `${end.stdout}${end.stderr}`));
  }
  return outcomes;
}

function outcomeOf(operation: Operation, startMs: number, answer: FileEvent['answer'], said: string): Outcome {
  const endMs = answer === 'unknown' ? Infinity : performance.now();
  return { operation, startMs, endMs, answer, said, isRepeated: false };
}

function answerOf(operation: Operation, { status, stdout, stderr }: Ended): FileEvent['answer'] {
  if (status === 0) return operation.do === 'read' ? { read: valueOf(stdout) ?? 'not whole' } : 'ok';
  const code = /^error\[([a-z-]+)\]/m.exec(stderr)?.[1];
  // The input of a command cannot be read twice: it is not sent to the next process when the first one died.
  if (stderr.includes('the process that was writing this pond exited')) return 'unknown';
  return { failed: code ?? stderr };
}

/** Arguments and input of an operation in a terminal. */
function commandOf(
  { folder }: Place,
  operation: Operation,
): { readonly args: readonly string[]; readonly input?: string } {
  switch (operation.do) {
    case 'write':
      return { args: ['write', operation.path], input: contentOf(operation.value) };
    case 'import':
      return { args: ['import', ...writeHostFiles(folder, operation), '/'] };
    case 'remove':
      return { args: ['rm', operation.path] };
    case 'read':
      return { args: ['cat', operation.path] };
    case 'move':
      return { args: ['mv', source, moved] };
    case 'commit':
      return { args: ['commit', '-m', operation.message, ...pathsOf(operation)] };
    case 'discard':
      return { args: ['discard', ...pathsOf(operation)] };
    case 'restore':
      return { args: ['restore', '--force', operation.path, '--at', String(operation.at)] };
    case 'run':
      writeFileSync(join(folder, 'inbox', `${operation.value}.txt`), contentOf(operation.value));
      return { args: ['run', 'files'] };
    case 'backup':
      return { args: ['backup'] };
    case 'verify':
      return { args: ['backup', 'verify', 'nas', '--full'] };
    case 'prune':
      return { args: ['backup', 'prune', 'nas'] };
    case 'clone':
      return { args: ['clone', './store', `clone-${operation.value}`] };
    case 'check':
      return { args: ['check'] };
  }
}

const pathsOf = ({ path }: { readonly path?: string }): readonly string[] => (path === undefined ? [] : [path]);

/** Writes the host files of an import. Returns their paths. */
function writeHostFiles(
  folder: string,
  { paths, value }: { readonly paths: readonly string[]; readonly value: string },
): readonly string[] {
  const host = join(folder, `host-${value}`);
  mkdirSync(host);
  return paths.map((path) => {
    writeFileSync(join(host, path), contentOf(value));
    return join(host, path);
  });
}

async function runInEditor(place: Place, { operations }: Lane, server: EditorServer): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const operation of operations) {
    assert.ok(isOfFiles(operation), 'an editor does what the model knows');
    const startMs = performance.now();
    const answer = await ask(place, server, operation);
    outcomes.push(outcomeOf(operation, startMs, answer, ''));
    // Without an answer the server is dead.
    if (answer === 'unknown') break;
  }
  return outcomes;
}

export function isOfFiles(operation: Operation): operation is FileOperation {
  return !['run', 'backup', 'verify', 'prune', 'clone', 'check'].includes(operation.do);
}

/** Sends an operation to the server; without an answer it is dead, or about to be. */
async function ask(place: Place, server: EditorServer, operation: FileOperation): Promise<FileEvent['answer']> {
  try {
    await request(place, server, operation);
    return 'ok';
  } catch (error) {
    const code = failureOf(error)?.code;
    return code === undefined ? 'unknown' : { failed: code };
  }
}

async function request({ folder }: Place, server: EditorServer, operation: FileOperation): Promise<unknown> {
  const pond = join(folder, 'own');
  switch (operation.do) {
    case 'write': {
      const content = Buffer.from(contentOf(operation.value));
      return await server.ask('write', { pond, path: operation.path, content, create: true, overwrite: true });
    }
    case 'import':
      return await server.ask('import', { pond, sources: writeHostFiles(folder, operation), path: '/' });
    case 'remove':
      return await server.ask('remove', { pond, paths: [operation.path], recursive: false });
    case 'read':
      return await server.ask('read', { pond, path: operation.path });
    case 'move':
      return await server.ask('rename', { pond, from: source, to: moved, overwrite: true });
    case 'commit': {
      const { message, path } = operation;
      return await server.ask('commit', { pond, message, ...(path !== undefined && { paths: [path] }) });
    }
    case 'discard':
      return await server.ask('discard', { pond, ...(operation.path !== undefined && { paths: [operation.path] }) });
    case 'restore':
      return await server.ask('restore', { pond, paths: [operation.path], at: String(operation.at) });
  }
}
