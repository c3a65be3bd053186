import { type Memento, type Uri } from 'vscode';

const key = 'pond.queryPonds';
/** Documents whose ponds are remembered; the oldest are forgotten. */
const documentsMax = 200;

/** The pond of each query document that is not in one. A document without a file keeps it when the window is reloaded. */
export class QueryPonds {
  readonly #state: Memento;
  readonly #known: Map<string, string>;

  constructor(state: Memento) {
    this.#state = state;
    const kept = state.get<unknown>(key);
    const entries = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    this.#known = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  /** Host directory of the pond; undefined for a document that was never run and not opened for a pond. */
  get(uri: Uri): string | undefined {
    return this.#known.get(uri.toString());
  }

  set(uri: Uri, pond: string): void {
    this.#known.delete(uri.toString());
    this.#known.set(uri.toString(), pond);
    this.#keep();
  }

  forget(uri: Uri): void {
    if (this.#known.delete(uri.toString())) this.#keep();
  }

  #keep(): void {
    void this.#state.update(key, Object.fromEntries([...this.#known].slice(-documentsMax)));
  }
}
