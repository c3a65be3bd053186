import { sep } from 'node:path';

/** Names that Windows gives to devices, with any extension. */
const deviceName = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d\u00b9\u00b2\u00b3]) *(\.|$)/i;

/** Characters that no name on Windows can have; a colon would write to a hidden stream of another file. */
const forbiddenCharacter = /[<>:"|?*\u0000-\u001f]/;

/**
 * Returns the reason why the host cannot have a file of that relative path, though a pond can; undefined when it can.
 * `separator` is that of the host: only Windows restricts names, and writes some to another place in silence.
 */
export function hostNameProblem(relativePath: string, separator: string = sep): string | undefined {
  if (separator !== '\\') return undefined;
  if (relativePath.includes('\\')) return 'its name has a backslash, which separates folders on this machine';
  for (const name of relativePath.split('/')) {
    const [character] = forbiddenCharacter.exec(name) ?? [];
    if (character !== undefined)
      return `its name has the character ${JSON.stringify(character)}, which Windows forbids`;
    if (deviceName.test(name)) return `Windows reserves the name ${name} for a device`;
    if (/[. ]$/.test(name)) return 'its name ends with a dot or a space, which Windows removes';
  }
  return undefined;
}
