/** Serves the editor for `npm start`: with a token that the address has in it, and with workspace trust. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { addressOf, startCodeServer } from './codeServer.mjs';

/** Settings of the served VS Code that a newcomer would otherwise have to click away. */
const settings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'readme',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
};

/** @typedef {{ port: number, token: string, address: string, stop: () => Promise<void>, closed: Promise<void> }} Editor */

/**
 * The folders of the served editor's extensions and data below its home.
 * @param {string} home
 */
export function editorFolders(home) {
  return { dataDirectory: path.join(home, 'data'), extensionsDirectory: path.join(home, 'extensions') };
}

/**
 * Serves an editor on 127.0.0.1 and returns it with the address that opens the workspace. Throws as startCodeServer.
 * @param {import('./codeServer.mjs').CodeServer} codeServer
 * @param {{ port: number, home: string, workspace: string }} options
 * @returns {Promise<Editor>}
 */
export async function serveEditor(codeServer, { port, home, workspace }) {
  const folders = editorFolders(home);
  await writeSettings(path.join(folders.dataDirectory, 'data/Machine/settings.json'));
  const server = await startCodeServer(codeServer, { port, ...folders });
  return { ...server, address: addressOf(server, { workspace }) };
}

/** @param {string} file */
async function writeSettings(file) {
  await mkdir(path.dirname(file), { recursive: true });
  // A file that exists may hold what its user chose.
  await writeFile(file, JSON.stringify(settings, null, 2), { flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
