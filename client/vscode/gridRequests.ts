import * as vscode from 'vscode';
import { type TableSource } from '../../server/src/protocol/commands.ts';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { type AnyResult, type FromGridPage, type ToGridPage } from './webviews/grid/messages.ts';

/** The table of a panel. */
export interface PanelTable {
  readonly pond: string;
  readonly source: TableSource;
  /** The file whose rows are edited, and its content. */
  readonly edited: { readonly path: string; readonly base: string } | undefined;
}

type PageRequest = Extract<FromGridPage, { type: 'request' }>;

/** Passes the requests of a page on to the server, about its own table alone, and the answers back. */
export class GridRequests {
  private readonly client: PondClient;
  private readonly post: (message: ToGridPage) => void;
  private readonly running = new Map<number, vscode.CancellationTokenSource>();

  constructor(client: PondClient, post: (message: ToGridPage) => void) {
    this.client = client;
    this.post = post;
  }

  send(message: PageRequest, table: PanelTable): void {
    const { id } = message;
    const cancellation = new vscode.CancellationTokenSource();
    this.running.set(id, cancellation);
    const finish = (answer: ToGridPage): void => {
      cancellation.dispose();
      if (this.running.delete(id)) this.post(answer);
    };
    this.request(message, table, cancellation.token).then(
      (result) => finish({ type: 'answer', id, result }),
      (error: unknown) => finish({ type: 'answerFailed', id, message: errorText(error) }),
    );
  }

  /** Cancels a request, if it runs; it gets no answer. */
  cancel(id: number): void {
    this.running.get(id)?.cancel();
    this.running.delete(id);
  }

  cancelAll(): void {
    for (const id of [...this.running.keys()]) this.cancel(id);
  }

  private request(
    message: PageRequest,
    { edited, ...table }: PanelTable,
    token: vscode.CancellationToken,
  ): Promise<AnyResult> {
    switch (message.name) {
      case 'tableRows':
        return this.client.request('tableRows', { ...message.params, ...table }, token);
      case 'tableCount':
        return this.client.request('tableCount', { ...message.params, ...table }, token);
      case 'tableSummary':
        return this.client.request('tableSummary', { ...message.params, ...table }, token);
      case 'findInTable':
        return this.client.request('findInTable', { ...message.params, ...table }, token);
      case 'checkCells':
        if (edited === undefined) return Promise.reject(new Error('the table cannot be edited'));
        return this.client.request('checkCells', { ...message.params, pond: table.pond, ...edited }, token);
    }
  }
}
