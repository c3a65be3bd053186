import * as vscode from 'vscode';
import { pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { elapsedText } from '../timeStrings.ts';
import { countText } from '../numberStrings.ts';

/** A query that this window waits for. */
interface RunningQuery {
  /** Host directory of the pond. */
  readonly pond: string;
  /** First words of the query, or the path of a table that is opened. */
  readonly title: string;
  cancel(): void;
}

interface Started extends RunningQuery {
  readonly startMs: number;
}

const tickMs = 1000;

/**
 * The queries that run for this window. After a second, the status bar shows how long the first of them has run; a click
 * cancels it, or lists all of them.
 */
export class RunningQueries implements vscode.Disposable {
  private readonly running = new Set<Started>();
  private readonly item = vscode.window.createStatusBarItem('pond.queries', vscode.StatusBarAlignment.Left, 49);
  private clock: NodeJS.Timeout | undefined;

  constructor() {
    this.item.name = 'Pond Queries';
    this.item.command = 'pond.cancelQuery';
  }

  /** Adds a query; disposing the result removes it. */
  start(query: RunningQuery): vscode.Disposable {
    const started: Started = { ...query, startMs: Date.now() };
    this.running.add(started);
    this.clock ??= setInterval(() => this.show(), tickMs);
    return new vscode.Disposable(() => {
      this.running.delete(started);
      if (this.running.size > 0) return;
      clearInterval(this.clock);
      this.clock = undefined;
      this.item.hide();
    });
  }

  /** Cancels the only running query, else those that the user picks of the list. */
  async cancel(): Promise<void> {
    const [first, ...more] = this.running;
    if (first === undefined) {
      void vscode.window.showInformationMessage('No query is running.');
      return;
    }
    if (more.length === 0) return first.cancel();
    const now = Date.now();
    const items = [...this.running].map((query) => ({
      label: query.title,
      description: `${pondName(query.pond)} · ${elapsedText(now - query.startMs)}`,
      query,
    }));
    const picked = await QuickSteps.ask((steps) => steps.chooseMany(items, { placeholder: 'Queries to cancel' }));
    for (const { query } of picked ?? []) query.cancel();
  }

  dispose(): void {
    clearInterval(this.clock);
    this.item.dispose();
  }

  private show(): void {
    const now = Date.now();
    const lines = [...this.running].map(({ pond, title, startMs }) => ({
      elapsed: elapsedText(now - startMs),
      line: `${title} (${pondName(pond)}, ${elapsedText(now - startMs)})`,
    }));
    const what = countText(lines.length, 'query');
    const text = `${what} · ${lines[0]?.elapsed ?? ''}`;
    this.item.text = `$(sync~spin) ${text}`;
    this.item.accessibilityInformation = { label: `${text}, running` };
    this.item.tooltip = [...lines.map(({ line }) => line), 'Click to cancel.'].join('\n');
    this.item.show();
  }
}
