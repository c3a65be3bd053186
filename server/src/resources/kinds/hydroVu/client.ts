/** The HydroVu service as functions. Requests run one at a time; each is retried while its failure may be transient. */
import { createHash } from 'node:crypto';
import { type ServiceRequest, failureOf, publicValueOf, type ReadJson, shownTarget } from './answers.ts';
import { type HydroVuEffects, type Limits, realEffects, defaultLimits } from './effects.ts';
import { type Answer } from './exchange.ts';
import { answerTo, createSender, type Sender } from './send.ts';
import { ServiceError } from './serviceError.ts';
import {
  type FriendlyNames,
  type Location,
  locationsOf,
  namesOf,
  readLocationsJson,
  type ReadingsPage,
  readingsOf,
} from './shapes.ts';
import { type Account } from './credentials.ts';
import { createTokens, type Tokens } from './token.ts';

/**
 * Errors of all calls: `remote-denied`, `remote-failed` (both ServiceError: with method, path, status and the start of
 * the response, never a secret), `cancelled`.
 */
export interface Client {
  /** All names of parameters and units; later pages take precedence. */
  names(signal: AbortSignal): Promise<FriendlyNames>;
  /** All locations that the account can see, in the order of the service. */
  locations(signal: AbortSignal): Promise<readonly Location[]>;
  /** Pages of the readings of a location from `start` to `end`, both inclusive, seconds since 1970 UTC. */
  readings(
    locationId: string,
    range: { readonly start: number; readonly end?: number },
    signal: AbortSignal,
  ): AsyncIterable<ReadingsPage>;
}

const redirectsMax = 5;

/** A paginated resource of the service. */
interface List<T> {
  readonly path: string;
  readonly query?: string;
  /** Validates a page. */
  readonly parse: (value: unknown) => T;
  readonly readJson?: ReadJson;
}

const friendlyNames: List<FriendlyNames> = { path: '/public-api/v1/sispec/friendlynames', parse: namesOf };
const locationList: List<readonly Location[]> = {
  path: '/public-api/v1/locations/list',
  parse: locationsOf,
  readJson: readLocationsJson,
};

/** Returns the client of an account. Sends no request until a call needs one. */
export function createClient(
  account: Account,
  effects: Partial<HydroVuEffects> | undefined,
  limits: Partial<Limits> | undefined,
): Client {
  return new HydroVuClient(account, { ...realEffects, ...effects }, { ...defaultLimits, ...limits });
}

class HydroVuClient implements Client {
  readonly #url: string;
  readonly #sender: Sender;
  readonly #tokens: Tokens;
  readonly #pagesMax: number;

  constructor(account: Account, effects: HydroVuEffects, limits: Limits) {
    this.#url = account.url;
    this.#sender = createSender(effects, limits);
    this.#tokens = createTokens(account, this.#sender);
    this.#pagesMax = limits.pagesMax;
  }

  async names(signal: AbortSignal): Promise<FriendlyNames> {
    const parameters = new Map<string, string>();
    const units = new Map<string, string>();
    for await (const page of this.#pages(friendlyNames, signal)) {
      page.parameters.forEach((name, id) => parameters.set(id, name));
      page.units.forEach((name, id) => units.set(id, name));
    }
    return { parameters, units };
  }

  async locations(signal: AbortSignal): Promise<readonly Location[]> {
    const all: Location[] = [];
    for await (const page of this.#pages(locationList, signal)) all.push(...page);
    return all;
  }

  readings(
    locationId: string,
    { start, end }: { readonly start: number; readonly end?: number },
    signal: AbortSignal,
  ): AsyncIterable<ReadingsPage> {
    const query = `?startTime=${start}${end === undefined ? '' : `&endTime=${end}`}`;
    const path = `/public-api/v1/locations/${encodeURIComponent(locationId)}/data`;
    return this.#pages({ path, query, parse: (value) => readingsOf(value, locationId) }, signal);
  }

  async *#pages<T>(list: List<T>, signal: AbortSignal): AsyncIterable<T> {
    const request = this.#sender.request('GET', list.path);
    const read = new Set<string>();
    let start = '';
    for (let page = 1; ; page++) {
      if (page > this.#pagesMax) throw pagingError(request, `there are more than ${this.#pagesMax} pages`);
      const { value, next } = await this.#sender.retry(() => this.#getPage(list, request, start, signal), signal);
      yield value;
      if (next === '') return;
      // Tokens may be long, and pages many.
      const mark = createHash('sha256').update(next).digest('base64');
      if (read.has(mark)) throw pagingError(request, `after page ${page} comes one that was read before`);
      read.add(mark);
      start = next;
    }
  }

  async #getPage<T>(
    { path, query = '', parse, readJson }: List<T>,
    request: ServiceRequest,
    start: string,
    signal: AbortSignal,
  ): Promise<{ readonly value: T; readonly next: string }> {
    const headers = { 'x-isi-start-page': start, accept: 'application/json', 'accept-encoding': 'gzip' };
    const answer = await this.#authorized(request, `${this.#url}${path}${query}`, headers, signal);
    if (answer.status < 200 || answer.status >= 300) throw failureOf(answer, request, this.#sender.effects.now());
    const value = publicValueOf(answer, parse, request, readJson);
    return { value, next: answer.headers.get('x-isi-next-page') ?? '' };
  }

  /** A rejected token is replaced once: the service may revoke it before it expires. */
  async #authorized(
    request: ServiceRequest,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    let at = url;
    let renewed = false;
    for (let redirects = 0; ;) {
      const token = await this.#tokens.current(signal);
      const init = { headers: { ...headers, authorization: `Bearer ${token}` } };
      const answer = await answerTo(this.#sender, request, at, init, signal);
      if (answer.status === 401 && !renewed) {
        this.#tokens.drop(token);
        renewed = true;
      } else if (isRedirect(answer)) {
        if (++redirects > redirectsMax) throw pagingError(request, 'it redirects in a circle');
        at = redirected(request, at, answer);
      } else return answer;
    }
  }
}

function isRedirect({ status, headers }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.has('location');
}

/** Returns the target of a redirect within the same origin: the token must not reach another. */
function redirected(request: ServiceRequest, from: string, { headers }: Answer): string {
  const target = headers.get('location') ?? '';
  const to = URL.canParse(target, from) ? new URL(target, from) : undefined;
  if (to !== undefined && to.origin === new URL(from).origin) return to.href;
  const where = to === undefined ? 'nowhere' : `to ${shownTarget(to.origin, request)}`;
  throw new ServiceError(
    'remote-failed',
    `${request.what}: it redirects ${where}, where the credentials are not sent`,
    {
      concernsAll: false,
      hint: 'If the service has moved, write its new URL as `url` in the document.',
    },
  );
}

function pagingError({ what }: ServiceRequest, problem: string): ServiceError {
  return new ServiceError('remote-failed', `${what}: ${problem}`, { concernsAll: false });
}
