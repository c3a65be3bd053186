import * as vscode from 'vscode';
import { statementAt } from '../../../server/src/base/sqlStatements.ts';
import { type Context } from '../context.ts';
import { pondName } from '../pondUri.ts';
import { type PastQuery, type QueryHistory } from '../queries/queryHistory.ts';
import { resourceOfQuery } from '../queries/queryResource.ts';
import { queryDetail, queryTitle } from '../queries/queryStrings.ts';
import { QuickSteps } from '../quickSteps.ts';
import { openNewDocument } from '../resources/newDocument.ts';
import { timeText } from '../times.ts';

/**
 * Opens a resource document with the selected statement, else the one at the cursor: a Derive for a query of one file or
 * pattern, a Query for one that reads several.
 */
export async function deriveFromQuery({ activeQuery, queries }: Context): Promise<vscode.TextEditor | undefined> {
  const editor = activeQuery.require();
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  const selected = document.getText(selection).trim().replace(/;$/, '');
  const sql = selected === '' ? statementAt(document.getText(), document.offsetAt(selection.active))?.text : selected;
  const made = sql === undefined ? undefined : resourceOfQuery(sql);
  if (made === undefined) {
    void vscode.window.showInformationMessage(
      'The query reads no file of the pond, so there is nothing to derive from.',
    );
    return undefined;
  }
  const resource = await openNewDocument(made);
  const pond = queries.pondOfDocument(document);
  if (pond !== undefined) queries.assign(resource.document, pond);
  return resource;
}

interface PastItem extends vscode.QuickPickItem {
  readonly query: PastQuery;
}

/** Lists the queries of a pond that ran on this computer, and opens the one that the user picks. */
export async function showQueryHistory({ ponds, queries }: Context): Promise<void> {
  const picked = await QuickSteps.ask(async (steps) => {
    const pond = await ponds.choose(steps);
    const query = pond === undefined ? undefined : await pickPast(pond, queries.history, steps);
    return pond === undefined || query === undefined ? undefined : { pond, query };
  });
  if (picked !== undefined) await queries.create(picked.pond, `${picked.query.sql};\n`);
}

const clearButton: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('trash'),
  tooltip: 'Clear the History',
};

async function pickPast(pond: string, history: QueryHistory, steps: QuickSteps): Promise<PastQuery | undefined> {
  const past = await history.list(pond);
  if (past.length === 0) {
    void vscode.window.showInformationMessage(`No query of ${pondName(pond)} has run on this computer yet.`);
    return undefined;
  }
  const list = vscode.window.createQuickPick<PastItem>();
  list.title = `Queries of ${pondName(pond)} on This Computer`;
  list.placeholder = 'Query to open';
  list.matchOnDetail = true;
  list.buttons = [clearButton];
  list.items = past.map((query) => ({
    label: queryTitle(query.sql),
    description: timeText(query.time),
    detail: queryDetail(query.sql),
    query,
  }));
  return await new Promise<PastQuery | undefined>((resolve) => {
    list.onDidTriggerButton(() => void history.clear(pond).then(() => list.hide()));
    list.onDidAccept(() => {
      steps.keep(list);
      resolve(list.selectedItems[0]?.query);
    });
    list.onDidHide(() => resolve(undefined));
    steps.show(list);
  });
}
