/** Workspace files of VS Code: what a window shows. */
import { readFile, writeFile } from 'node:fs/promises';

/** A folder of a workspace: a host path, absolute or relative to the workspace file, or a URI with its name. */
type WorkspaceFolder = { readonly path: string } | { readonly uri: string; readonly name: string };

/** Content of a workspace file. */
export interface Workspace {
  readonly folders: readonly WorkspaceFolder[];
  /** Settings that differ from those of the user. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** The folder that shows a pond, `pond` being its host path. */
export function pondFolder(pond: string, name: string): WorkspaceFolder {
  return { uri: `pond://${Buffer.from(pond).toString('hex')}/`, name };
}

export async function writeWorkspace(file: string, { folders, settings }: Workspace): Promise<void> {
  await writeFile(file, JSON.stringify({ folders, settings }));
}

/** Replaces the settings of a workspace file, as a user does who edits it. Windows that show it follow. */
export async function changeSettings(file: string, settings: Workspace['settings']): Promise<void> {
  const workspace = JSON.parse(await readFile(file, 'utf8')) as Workspace;
  await writeWorkspace(file, { ...workspace, settings });
}
