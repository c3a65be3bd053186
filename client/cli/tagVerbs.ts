/** Verbs that name commits and undo them. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { counted, minute, table, firstLine } from './format.ts';
import { flag } from './options.ts';
import { show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';
import { changeTable } from './historyVerbs.ts';

/** Creates, moves, deletes and lists the tags of a pond. */
export const tag: TerminalVerb = {
  usage: '[-d] [--force] [TAG [V]]',
  summary: 'name a version, or list the tags',
  details: [
    'V is HEAD when omitted. A tag is accepted wherever a version is, and every copy of the pond has it.',
    'TAG begins with a letter and has letters, digits, dots, - and _.',
    '-d deletes a tag; --force moves one to another version.',
    'Setting or deleting a tag is a commit of its own, which takes no staged changes.',
  ],
  options: { delete: flag('d'), force: { type: 'boolean' } },
  positionals: [0, 2],
  run: async (session) => {
    const { positionals, flags } = session.line;
    const [name, at] = positionals;
    if (name === undefined) return await listTags(session);
    if (flags.has('delete')) {
      if (at !== undefined) throw new PondError('usage', `'pond tag -d' takes the name of one tag, got ${at} too`);
      return await show(session, await session.call('deleteTag', { name }), `deleted tag ${name}`);
    }
    const set = await session.call('setTag', { name, ...(at !== undefined && { at }), force: flags.has('force') });
    await show(session, set, `${name} is a tag of commit ${set.commit.number}`);
  },
};

async function listTags(session: Session): Promise<void> {
  if (session.line.flags.size > 0) throw new PondError('usage', 'the name of a tag is missing');
  const tags = await session.call('tags', {});
  const rows = tags.map(({ name, commit }) => [
    name,
    String(commit.number),
    minute(commit.time),
    firstLine(commit.message),
  ]);
  await show(session, tags, table(rows, new Set([1])));
}

/** Undoes the latest commit. */
export const undo: TerminalVerb = {
  usage: '[--dry-run]',
  summary: 'undo the latest commit, by a new commit',
  details: [
    'What the commit changed is as before it again; the commit itself stays in the history. Undo once more to redo it.',
    'Staged changes stay staged, and must not be in files that the commit changed.',
    '--dry-run shows what would change.',
  ],
  options: { 'dry-run': { type: 'boolean' } },
  positionals: [0, 0],
  run: async (session) => {
    const dryRun = session.line.flags.has('dry-run');
    const result = await session.call('undo', { dryRun });
    const { undone, commit, changes } = result;
    const what = `commit ${undone.number}: ${firstLine(undone.message)}`;
    const done = commit === null ? `would undo ${what}` : `commit ${commit.number} undoes ${what}`;
    const count = plural(counted(changes).length, 'change');
    await show(session, result, `${done} (${count})\n${changeTable(changes)}`);
  },
};
