import { type TableQuery } from './messages.ts';
import { type PlotStatement, statedPlot } from '../plot/statement.ts';
import { initialState, type TableState } from './viewState.ts';

/** Increment when the state has another form: one of another version is not used. */
const stateVersion = 4;

/** The rows, the plot, or both next to each other. */
export type Shows = 'rows' | 'plot' | 'both';

/** State of the page, kept by VS Code while the page is hidden, and when the window is loaded again. */
export interface PageState {
  readonly version: typeof stateVersion;
  /** The table that the rest is about; undefined before the first. The extension opens it again from here. */
  readonly query: TableQuery | undefined;
  readonly table: TableState;
  /** View of a table that can be plotted, and state of its plot. */
  readonly shows: Shows;
  readonly plot: PlotStatement;
}

const initialPage: PageState = {
  version: stateVersion,
  query: undefined,
  table: initialState,
  shows: 'rows',
  plot: {},
};

/** Returns a kept state; the initial one when nothing was kept, or by another version. */
export function readPageState(kept: unknown): PageState {
  return isPageState(kept) ? kept : initialPage;
}

/**
 * Returns the state for a table: what was chosen for another one is forgotten, but not what it showed, and not the plot
 * of another query. A plot that the query states is shown.
 */
export function stateFor(state: PageState, query: TableQuery): PageState {
  if (JSON.stringify(state.query) === JSON.stringify(query)) return state;
  if (JSON.stringify(comparedIn(state.query)) === JSON.stringify(comparedIn(query) ?? null)) return { ...state, query };
  const stated = 'sql' in query ? statedPlot(query.sql) : undefined;
  const isPlot = stated !== undefined && !('error' in stated);
  const { kind, x, ys, by } = state.plot;
  const shows = isPlot && state.shows === 'rows' ? 'plot' : state.shows;
  return { ...initialPage, shows, plot: isPlot ? stated : { kind, x, ys, by }, query };
}

/** The tables that a query compares, whichever rows are shown and matched; undefined for any other query. */
function comparedIn(query: TableQuery | undefined): unknown {
  return query !== undefined && 'diff' in query ? [query.pond, query.diff.before, query.diff.after] : undefined;
}

/** Only this page writes its state, so the version says all about its form. */
function isPageState(kept: unknown): kept is PageState {
  return typeof kept === 'object' && kept !== null && 'version' in kept && kept.version === stateVersion;
}
