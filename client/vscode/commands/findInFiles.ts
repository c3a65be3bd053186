import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { type Context } from '../context.ts';
import { parsePondUri, pondName } from '../pondUri.ts';
import { patternsIn, queryText, type SearchQuery } from '../search/state.ts';
import { pickCommit } from '../history/versions.ts';
import { QuickSteps } from '../quickSteps.ts';

const buttons = {
  regex: { iconPath: new vscode.ThemeIcon('regex'), tooltip: 'Use Regular Expression' },
  matchCase: { iconPath: new vscode.ThemeIcon('case-sensitive'), tooltip: 'Match Case' },
  include: { iconPath: new vscode.ThemeIcon('new-file'), tooltip: 'Files to Include…' },
  exclude: { iconPath: new vscode.ThemeIcon('exclude'), tooltip: 'Files to Exclude…' },
  version: { iconPath: new vscode.ThemeIcon('history'), tooltip: 'Search a Version…' },
} as const;

interface PressedButton {
  readonly button: vscode.QuickInputButton;
  readonly text: string;
}

type Answer = { readonly text: string } | PressedButton | undefined;

/** Asks what to find, and shows the lines in the Search view while they are found. */
export async function findInFiles({ client, ponds, search }: Context): Promise<void> {
  const query = await QuickSteps.ask(async (steps) => {
    const pond = await ponds.choose(steps);
    return pond === undefined ? undefined : await askQuery({ client, search }, pond, steps);
  });
  if (query !== undefined && query.text !== '') await search.start(query);
}

/** The query that the user types, with what the buttons choose; undefined when the user cancels. */
async function askQuery(
  { client, search }: Pick<Context, 'client' | 'search'>,
  pond: string,
  steps: QuickSteps,
): Promise<SearchQuery | undefined> {
  const last = search.lastQuery?.pond === pond ? search.lastQuery : undefined;
  let query: SearchQuery = {
    ...{ regex: false, matchCase: false, include: [], exclude: [], at: activeVersion(pond) },
    ...last,
    ...{ pond, text: selectedText() ?? last?.text ?? '' },
  };
  for (;;) {
    const answer = await ask(query, steps);
    if (answer === undefined) return undefined;
    query = { ...query, text: answer.text };
    if (!('button' in answer)) return query;
    if (answer.button === buttons.regex) query = { ...query, regex: !query.regex };
    else if (answer.button === buttons.matchCase) query = { ...query, matchCase: !query.matchCase };
    else if (answer.button === buttons.version) {
      const commit = await pickCommit(client, pond, whichVersion, steps);
      query = { ...query, at: commit === undefined ? undefined : String(commit.number) };
    } else {
      const key = answer.button === buttons.include ? 'include' : 'exclude';
      query = { ...query, [key]: await askPatterns(key, query[key], steps) };
    }
  }
}

const whichVersion = { placeholder: 'Search which version? Escape for the working tree' };

/** Cancels the search that is going on. */
export async function cancelSearch({ search }: Context): Promise<void> {
  search.cancel();
  return Promise.resolve();
}

function ask(query: SearchQuery, steps: QuickSteps): Promise<Answer> {
  const box = vscode.window.createInputBox();
  const how = queryText(query);
  box.title = `Find in Files of ${pondName(query.pond)}${how === '' ? '' : ` · ${how}`}`;
  box.placeholder = query.regex ? 'Regular expression' : 'Text';
  box.prompt = 'The buttons choose an expression, case, files and a version';
  box.value = query.text;
  box.buttons = Object.values(buttons);
  return new Promise<Answer>((resolve) => {
    const answer = (answered: Answer): void => {
      steps.keep(box);
      resolve(answered);
    };
    box.onDidAccept(() => answer({ text: box.value }));
    box.onDidTriggerButton((button) => answer({ button, text: box.value }));
    box.onDidHide(() => resolve(undefined));
    steps.show(box);
  });
}

async function askPatterns(
  key: 'include' | 'exclude',
  present: readonly string[],
  steps: QuickSteps,
): Promise<readonly string[]> {
  const text = await steps.type({
    prompt: `Files to ${key}: names or paths, with * and **, between commas; empty for ${key === 'include' ? 'all' : 'none'}`,
    placeholder: '*.csv, /logs/**',
    value: present.join(', '),
  });
  return text === undefined ? present : patternsIn(text);
}

function selectedText(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection);
  return text === undefined || text === '' || text.includes('\n') ? undefined : text;
}

/** The version that the active document shows, if it is an earlier one of the pond. */
function activeVersion(pond: string): string | undefined {
  const uri = activeUri();
  const location = uri === undefined ? undefined : parsePondUri(uri);
  return location?.pond === pond && location.at !== 'HEAD' ? location.at : undefined;
}
