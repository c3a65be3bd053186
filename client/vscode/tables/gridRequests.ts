import * as vscode from 'vscode';
import { type TableSource } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { formatOffers } from '../queries/formatStrings.ts';
import { type PlotHost } from './plotHost.ts';
import {
  type AnyResult,
  type FromGridPage,
  type PlainTableQuery,
  type RequestResult,
  type TableQuery,
  type ToGridPage,
} from '../webviews/grid/messages.ts';

type PageRequest = Extract<FromGridPage, { type: 'request' }>;

/** A table of a page: what was opened, and what the server calls it. */
interface ShownTable {
  readonly query: TableQuery;
  readonly source: TableSource;
  /** The file whose rows are edited, and its content; undefined for one that cannot be. */
  readonly edited: { readonly path: string; readonly base: string } | undefined;
}

/** Passes the requests of a page on to the server, about its own table alone, and the answers back. */
export class GridRequests {
  readonly #client: PondClient;
  readonly #plots: PlotHost;
  readonly #post: (message: ToGridPage) => void;
  readonly #running = new Map<number, vscode.CancellationTokenSource>();

  constructor(client: PondClient, plots: PlotHost, post: (message: ToGridPage) => void) {
    this.#client = client;
    this.#plots = plots;
    this.#post = post;
  }

  send(message: PageRequest, table: ShownTable): void {
    const { id } = message;
    const cancellation = new vscode.CancellationTokenSource();
    this.#running.set(id, cancellation);
    const finish = (answer: ToGridPage): void => {
      cancellation.dispose();
      if (this.#running.delete(id)) this.#post(answer);
    };
    this.#request(message, table, cancellation.token).then(
      (result) => finish({ type: 'answer', id, result }),
      (error: unknown) => finish({ type: 'answerFailed', id, message: errorText(error) }),
    );
  }

  /** Cancels a request, if it runs; it gets no answer. */
  cancel(id: number): void {
    this.#running.get(id)?.cancel();
    this.#running.delete(id);
  }

  cancelAll(): void {
    for (const id of [...this.#running.keys()]) this.cancel(id);
  }

  /** Those of a file of the working tree: no format is stated for an earlier version. */
  async #suggestedFormats(query: TableQuery, token: vscode.CancellationToken): Promise<RequestResult<'formats'>> {
    if (!('path' in query) || query.at !== undefined) return [];
    const { pond, path } = query;
    const suggested = await this.#client.request('offeredFormats', { pond, path }, token);
    return suggested.map(({ reason, options }) => ({
      reason,
      offers: formatOffers(pond, { path, formats: [options] }),
    }));
  }

  async #request(
    message: PageRequest,
    { query, source: own, edited }: ShownTable,
    token: vscode.CancellationToken,
  ): Promise<AnyResult> {
    const { name, other } = message;
    if (name === 'pickVersion') return await this.#plots.pickVersion(plotted(query));
    if (name === 'pickEvents') return await this.#plots.pickEvents(query);
    if (name === 'formats') return await this.#suggestedFormats(query, token);
    const source = other === undefined ? own : await this.#plots.source(plotted(query), other);
    if (name === 'origins')
      return await this.#plots.origins({ query: plotted(query), other, source }, message.params, token);
    const table = { pond: query.pond, source };
    switch (message.name) {
      case 'tableRows':
        return await this.#client.request('tableRows', { ...message.params, ...table }, token);
      case 'tableCount':
        return await this.#client.request('tableCount', { ...message.params, ...table }, token);
      case 'tableSummary':
        return await this.#client.request('tableSummary', { ...message.params, ...table }, token);
      case 'cellFacts':
        return await this.#client.request('cellFacts', { ...message.params, ...table }, token);
      case 'tablePlot':
        return await this.#client.request('tablePlot', { ...message.params, ...table }, token);
      case 'findInTable':
        return await this.#client.request('findInTable', { ...message.params, ...table }, token);
      case 'countMatches':
        return await this.#client.request('countMatches', { ...message.params, ...table }, token);
      case 'checkCells':
        if (edited === undefined) throw new Error('the table cannot be edited');
        return await this.#client.request('checkCells', { ...message.params, pond: query.pond, ...edited }, token);
    }
  }
}

/** The query of a table that can be plotted; pages show no plot of differences. */
function plotted(query: TableQuery): PlainTableQuery {
  if ('diff' in query) throw new Error('differences of tables are not plotted');
  return query;
}
