import * as vscode from 'vscode';
import { statements } from '../../../server/src/base/sqlStatements.ts';
import { type Context } from '../context.ts';
import { chosenStatement, type QueryDocuments } from '../queries/queryDocuments.ts';
import { QuickSteps } from '../quickSteps.ts';
import { queryDetail, queryTitle } from '../queries/queryStrings.ts';
import { timeText } from '../times.ts';

/** A query of a pond, and the statements of the document that it is in. */
interface OwnQuery {
  readonly pond: string | undefined;
  readonly sql: string;
  /** Empty for the query of a result. */
  readonly document: readonly string[];
}

interface QueryItem extends vscode.QuickPickItem {
  readonly sql: string;
}

/**
 * Compares the rows of two queries: that of the active result, else the statement at the cursor, with one that the user
 * picks among those of its document, of the open results, and of the history. In a document, the upper one is before.
 */
export async function compareQueries({ activeQuery, ponds, queries, tableDiffs }: Context): Promise<void> {
  const own = ownQuery(queries, activeQuery.editor);
  if (own === undefined) {
    void vscode.window.showInformationMessage('Open a query or its result first, to compare it with another query.');
    return;
  }
  const compared = await QuickSteps.ask(async (steps) => {
    const pond = own.pond ?? (await ponds.choose(steps));
    const other = pond === undefined ? undefined : await pickOther(await otherQueries(queries, pond, own), own, steps);
    return pond === undefined || other === undefined ? undefined : { pond, other };
  });
  if (compared === undefined) return;
  const { pond, other } = compared;
  await ponds.open(pond);
  const isAbove = own.document.includes(other) && own.document.indexOf(own.sql) < own.document.indexOf(other);
  const [before, after] = isAbove ? [own.sql, other] : [other, own.sql];
  const [beforeName, afterName] = [queryTitle(before), queryTitle(after)];
  const diff = { before: { sql: before }, after: { sql: after }, beforeName, afterName };
  await tableDiffs.show({ pond, diff }, `${beforeName} ↔ ${afterName}`);
}

/** The query that the user picks; undefined when none is picked, or none is there. */
async function pickOther(items: readonly QueryItem[], own: OwnQuery, steps: QuickSteps): Promise<string | undefined> {
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      'Run another query, or write one into this document, to compare with it.',
    );
    return undefined;
  }
  const placeholder = `Query to compare with ${queryTitle(own.sql)}`;
  return (await steps.choose(items, { placeholder, matchOnDetail: true }))?.sql;
}

function ownQuery(queries: QueryDocuments, editor: vscode.TextEditor | undefined): OwnQuery | undefined {
  const active = queries.results.find(({ isActive }) => isActive);
  if (active !== undefined) return { pond: active.pond, sql: active.sql, document: [] };
  if (editor === undefined) return undefined;
  const sql = chosenStatement(editor.document, editor.selection)?.text;
  if (sql === undefined) return undefined;
  const document = statements(editor.document.getText()).map(({ text }) => text);
  return { pond: queries.pondOfDocument(editor.document), sql, document };
}

/** The queries to compare with, each once. */
async function otherQueries(queries: QueryDocuments, pond: string, own: OwnQuery): Promise<readonly QueryItem[]> {
  const item = (sql: string, description: string): QueryItem => ({
    ...{ label: queryTitle(sql), description, detail: queryDetail(sql), sql },
  });
  const all = [
    ...own.document.map((sql) => item(sql, 'in this document')),
    ...queries.results.filter((result) => result.pond === pond).map(({ sql }) => item(sql, 'open result')),
    ...(await queries.history.list(pond)).map(({ sql, time }) => item(sql, timeText(time))),
  ];
  return all.filter(({ sql }, index) => sql !== own.sql && all.findIndex((one) => one.sql === sql) === index);
}
