/**
 * Names of the directories that may contain resource directories: one for each kind of the registry, which is not
 * loaded to open a pond without resources. A test compares the two.
 */
const kindNames: ReadonlySet<string> = new Set([
  'Backup',
  'Combine',
  'Copy',
  'Derive',
  'HydroVu',
  'Inbox',
  'Reduce',
  'Scribble',
  'Template',
]);

/** True for the name of a kind. */
export function isKindName(name: string): boolean {
  return kindNames.has(name);
}
