/**
 * Answers of the language service: the language server protocol's own shapes and numbers, as plain data, so that
 * server.ts passes them on and language/ depends on no library.
 */

/** 0-based; `character` in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** From `start`, inclusive, to `end`, exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Severity of a diagnostic, as the protocol numbers it. */
export const diagnosticSeverities = { error: 1, warning: 2 } as const;

/** A problem of a text, as an editor shows it. */
export interface Diagnostic {
  readonly range: Range;
  readonly severity: (typeof diagnosticSeverities)[keyof typeof diagnosticSeverities];
  /** A stable problem code; docs/resources.md explains each. */
  readonly code: string;
  readonly source: 'pond';
  readonly message: string;
  readonly relatedInformation?: readonly {
    readonly location: { readonly uri: string; readonly range: Range };
    readonly message: string;
  }[];
}

/** A change of the text that fixes a problem. */
export interface CodeAction {
  readonly title: string;
  readonly kind: 'quickfix';
  readonly diagnostics: readonly Diagnostic[];
  /** True for the change most likely wanted. */
  readonly isPreferred: boolean;
  readonly edit: {
    readonly changes: Readonly<Record<string, readonly { readonly range: Range; readonly newText: string }[]>>;
  };
}

/** Text with Markdown in it. */
export interface MarkupContent {
  readonly kind: 'markdown';
  readonly value: string;
}

/** Kind of a completion, as the protocol numbers it: it decides the icon. */
export const completionItemKinds = { property: 10, value: 12, snippet: 15, enumMember: 20 } as const;

/** The insert text is a snippet with `$1`, `${2:…}` and so on. */
export const snippetFormat = 2;

/** One completion at the cursor. */
export interface CompletionItem {
  readonly label: string;
  readonly kind: (typeof completionItemKinds)[keyof typeof completionItemKinds];
  readonly detail?: string;
  readonly documentation?: MarkupContent;
  readonly sortText?: string;
  readonly insertTextFormat: typeof snippetFormat;
  readonly textEdit: { readonly range: Range; readonly newText: string };
}

/** Information about the word at the cursor; `range` is the word. */
export interface Hover {
  readonly contents: MarkupContent;
  readonly range: Range;
}

/** Kind of an outline's symbol, as the protocol numbers it. */
export const symbolKinds = { property: 7, array: 18, object: 19 } as const;

/** One line of an outline; `selectionRange` is inside `range`. */
export interface DocumentSymbol {
  readonly name: string;
  readonly detail?: string;
  readonly kind: (typeof symbolKinds)[keyof typeof symbolKinds];
  readonly range: Range;
  readonly selectionRange: Range;
  readonly children: readonly DocumentSymbol[];
}
