import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  type Connection,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type ServerCapabilities,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type LanguageService } from '../language/index.ts';

/** Pause in typing before a document is checked, milliseconds. */
const pauseMs = 150;

/** Document features that the server declares to clients. */
export const languageCapabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  completionProvider: { triggerCharacters: [':', ' ', '-', '.', '|', '%'] },
  hoverProvider: true,
  documentSymbolProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
};

/** Answers an editor's requests about its YAML documents, and publishes their problems on changes. */
export function serveLanguage(connection: Connection, load: () => Promise<LanguageService>): void {
  const documents = new TextDocuments(TextDocument);
  const pauses = new Map<string, NodeJS.Timeout>();

  function checkSoon(document: TextDocument): void {
    if (document.languageId !== 'yaml') return;
    clearTimeout(pauses.get(document.uri));
    pauses.set(
      document.uri,
      setTimeout(() => void check(document).catch(complain), pauseMs),
    );
  }

  async function check({ uri, version }: TextDocument): Promise<void> {
    pauses.delete(uri);
    const service = await load();
    const document = documents.get(uri);
    // The document was closed, or has changed and will be checked after the next pause.
    if (document?.version !== version) return;
    const diagnostics = service.diagnostics(document.getText(), uri) as Diagnostic[];
    await connection.sendDiagnostics({ uri, version, diagnostics });
  }

  function complain(error: unknown): void {
    connection.console.error(String(error instanceof Error ? error.stack : error));
  }

  async function about<T>(uri: string, ask: (service: LanguageService, text: string) => unknown): Promise<T | null> {
    const document = documents.get(uri);
    if (document?.languageId !== 'yaml') return null;
    return ((await ask(await load(), document.getText())) ?? null) as T | null;
  }

  documents.onDidChangeContent(({ document }) => checkSoon(document));
  documents.onDidClose(({ document: { uri } }) => {
    clearTimeout(pauses.get(uri));
    pauses.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] }).catch(complain);
  });
  connection.onCompletion(({ textDocument, position }) =>
    about<CompletionItem[]>(textDocument.uri, (service, text) => service.completion(text, position)),
  );
  connection.onHover(({ textDocument, position }) =>
    about<Hover>(textDocument.uri, (service, text) => service.hover(text, position)),
  );
  connection.onDocumentSymbol(({ textDocument }) =>
    about<DocumentSymbol[]>(textDocument.uri, (service, text) => service.symbols(text)),
  );
  connection.onCodeAction(({ textDocument: { uri }, range }) =>
    about<CodeAction[]>(uri, (service, text) => service.fixes(text, uri, range)),
  );
  documents.listen(connection);
}
