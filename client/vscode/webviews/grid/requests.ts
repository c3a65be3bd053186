/** Requests of the page to the server, through the extension. */
import {
  type AnyResult,
  type FromGridPage,
  type OtherTable,
  type PageRequest,
  type RequestParams,
  type RequestResult,
  type ToGridPage,
} from './messages.ts';

interface Pending {
  readonly resolve: (result: AnyResult) => void;
  readonly reject: (error: Error) => void;
}

/** A request that was replaced by a later one, or whose table is gone: its caller has nothing to do. */
export class Superseded extends Error {}

/** Message of an error that was caught. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Sends requests, and passes each answer to its caller. */
export class Requests {
  readonly #post: (message: FromGridPage) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #latest = new Map<string, number>();
  #lastId = 0;

  constructor(post: (message: FromGridPage) => void) {
    this.#post = post;
  }

  /**
   * Sends a request. With a `slot`, the earlier request in that slot is canceled: it fails as superseded, like all requests
   * after `cancelAll`. It is about the table of the page, or another one. Fails with the server's message.
   */
  send<N extends PageRequest>(
    run: number,
    name: N,
    params: RequestParams<N>,
    slot?: string,
    other?: OtherTable,
  ): Promise<RequestResult<N>> {
    const id = (this.#lastId += 1);
    if (slot !== undefined) {
      this.#cancel(this.#latest.get(slot));
      this.#latest.set(slot, id);
    }
    const answered = new Promise<RequestResult<N>>((resolve, reject) =>
      // The extension answers a request by the result of its name.
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject }),
    );
    // The params are those of the name; the compiler does not follow that through the union.
    this.#post({ type: 'request', id, run, name, params, ...(other && { other }) } as FromGridPage);
    return answered;
  }

  /** Cancels the request in a slot, if it runs. */
  cancelSlot(slot: string): void {
    this.#cancel(this.#latest.get(slot));
  }

  /** Cancels all requests: the table they were about is gone. */
  cancelAll(): void {
    for (const id of [...this.#pending.keys()]) this.#cancel(id);
    this.#latest.clear();
  }

  /** Accepts an answer; one to a canceled request is dropped. */
  receive(message: Extract<ToGridPage, { type: 'answer' | 'answerFailed' }>): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'answer') pending?.resolve(message.result);
    else pending?.reject(new Error(message.message));
  }

  #cancel(id: number | undefined): void {
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || pending === undefined) return;
    this.#pending.delete(id);
    this.#post({ type: 'cancelRequest', id });
    pending.reject(new Superseded('a later request replaced this one'));
  }
}
