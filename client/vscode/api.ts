import { type Uri } from 'vscode';
import { type CommandName, type Params, type Result, type RowWindow } from '../../server/src/protocol/commands.ts';
import { type ServerState } from './client.ts';
import { type ShownRow } from './resources/shownRows.ts';
import { type GraphState } from './webviews/graph/messages.ts';
import { type GridState } from './webviews/grid/messages.ts';

/** Return value of `activate`: the state of the window, for tests and other extensions. */
export interface Api {
  readonly version: 1;
  serverState(): ServerState;
  serverPid(): number | undefined;
  /** Host directories of the open ponds. */
  ponds(): readonly string[];
  /** Text of the status bar item; undefined when it is hidden. */
  statusText(): string | undefined;
  pondUri(pond: string, path?: string, at?: string): Uri;
  request<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>>;
  /** The result grid that last ran a query; undefined before the first. */
  grid(): { readonly state: GridState | undefined; rows(start: number, count: number): Promise<RowWindow> } | undefined;
  /** Paths of the staged changes as source control shows them, with the word for each letter; undefined until known. */
  staged(pond: string): readonly { readonly path: string; readonly kind: string }[] | undefined;
  /** Rows of a pond in the Resources view. */
  resources(pond: string): Promise<readonly ShownRow[]>;
  /** Content of the graph of a pond; undefined when it is not open. */
  graph(pond: string): GraphState | undefined;
  /** True when the editor watches this URI for changes; a watch starts some time after a document is shown. */
  isWatched(uri: Uri): boolean;
  /** The message box of source control. */
  setMessage(pond: string, text: string): void;
}
