import { type Uri } from 'vscode';
import { type CommandName, type Params, type Result, type RowsInfo } from '../../server/src/protocol/commands.ts';
import { type ServerState } from './client.ts';
import { type ShownRow } from './resources/shownRows.ts';
import { type GraphState } from './webviews/graph/messages.ts';
import { type GridState } from './webviews/grid/messages.ts';

/** What `activate` returns: what the window knows, for tests and other extensions. */
export interface Api {
  readonly version: 1;
  serverState(): ServerState;
  serverPid(): number | undefined;
  /** Host directories of the open ponds. */
  ponds(): readonly string[];
  /** The text of the status bar item, undefined when it is hidden. */
  statusText(): string | undefined;
  pondUri(pond: string, path?: string, at?: string): Uri;
  request<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>>;
  /** The result grid that last ran a query; undefined before the first. */
  grid(): { readonly state: GridState | undefined; rows(start: number, count: number): Promise<RowsInfo> } | undefined;
  /** Paths of the staged changes as source control shows them, with their letters' words; undefined until known. */
  staged(pond: string): readonly { readonly path: string; readonly kind: string }[] | undefined;
  /** The rows of a pond in the Resources view. */
  resources(pond: string): Promise<readonly ShownRow[]>;
  /** What the graph of a pond shows; undefined when it is not open. */
  graph(pond: string): GraphState | undefined;
  /**
   * True when the editor hears of changes at a place in a pond: it asks for that some time after it shows a document.
   */
  isWatched(uri: Uri): boolean;
  /** The message box of source control. */
  setMessage(pond: string, text: string): void;
}
