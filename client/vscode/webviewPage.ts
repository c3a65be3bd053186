import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** HTML of one of our pages: it loads only its own script and style, `NAME.js` and `NAME.css` of `assets`. */
export function webviewPage(
  webview: vscode.Webview,
  assets: vscode.Uri,
  { name, title }: { readonly name: string; readonly title: string },
): string {
  const nonce = randomBytes(16).toString('base64url');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, file)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; img-src blob:; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${uri(`${name}.css`)}">
<title>${title}</title>
</head>
<body>
<script nonce="${nonce}" src="${uri(`${name}.js`)}"></script>
</body>
</html>`;
}
