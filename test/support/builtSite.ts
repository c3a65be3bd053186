/** Builds the project of a site with the real Observable Framework, without a network, and shows it in a browser. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type TestContext } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';
import { root } from '../../scripts/run.mjs';

/** Every connection goes to a port on which no process listens. */
const nowhere = 'http://127.0.0.1:9';

/** Builds the project and returns the output of the build. Throws when it fails. */
export async function buildSite(directory: string): Promise<string> {
  const modules = join(directory, 'node_modules');
  if (!existsSync(modules)) symlinkSync(join(root, 'node_modules'), modules, 'junction');
  const command = join(root, 'node_modules/@observablehq/framework/dist/bin/observable.js');
  const env = {
    ...process.env,
    OBSERVABLE_TELEMETRY_DISABLE: 'true',
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NODE_OPTIONS: `--import=${new URL('./noNetwork.mjs', import.meta.url).href}`,
  };
  const child = spawn(process.execPath, [command, 'build'], { cwd: directory, env });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`the build ended with status ${String(status)}:\n${output}`);
  return output;
}

/** A page of a site in a browser, with a record of all that must not happen on it. */
export interface ShownSite {
  readonly page: Page;
  readonly address: string;
  /** Errors on the console, failed requests, and requests to other hosts. */
  readonly complaints: string[];
  /** Requested paths, in order. */
  readonly requests: string[];
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** Serves a built site and opens a browser on an empty page; both end with the test. */
export async function showSite(t: TestContext, directory: string): Promise<ShownSite> {
  const dist = join(directory, 'dist');
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    requests.push(path);
    // As a plain file server: only a folder has another name than its file.
    const file = join(dist, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium found: `npm test` installs it or says how to');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  t.after(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) complaints.push(request.url());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { page, address, complaints, requests };
}

/** Addresses that the pages of a built site refer to and its server does not have, each with its page. */
export async function brokenLinks({ address }: ShownSite, directory: string): Promise<readonly string[]> {
  const dist = join(directory, 'dist');
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  const pages = names.filter((name) => name.endsWith('.html') && name !== '404.html');
  const broken: string[] = [];
  const found = new Map<string, boolean>();
  for (const page of pages) {
    const text = readFileSync(join(dist, page), 'utf8');
    for (const [, link = ''] of text.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      if (/^(?:data:|#)/.test(link)) continue;
      const url = new URL(link.replaceAll('&amp;', '&'), `${address}/${page}`).href.replace(/#.*/, '');
      const isThere = found.get(url) ?? (await fetch(url, { method: 'HEAD' })).ok;
      found.set(url, isThere);
      // A file that is opened by a double click has no server to find the page of a folder.
      if (!isThere || url.endsWith('/')) broken.push(`${page}: ${link}`);
    }
  }
  return broken;
}

/** Saves a screenshot of a page as out/screenshots/<name>.png. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  const folder = join(root, 'out/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
