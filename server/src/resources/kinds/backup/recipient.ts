/** Public keys of sealed copies, as a document has them: Bech32 (BIP 173), whose checksum finds any mistyped character. */
import { type Issue } from '../../../documents/issue.ts';
import { text } from '../../../documents/schema.ts';

/** A public key for which a copy is encrypted. */
export const recipientText = text('a public key age1…', { check: checkRecipient });

const prefixForm = /^age(1[a-z]+)?$/;

/** The text is in no message: it may be a secret key. */
function checkRecipient(recipient: string): readonly Issue[] {
  const hint = 'Write the public key that age-keygen prints: "age1…".';
  if (/^AGE-SECRET-KEY-/i.test(recipient)) {
    const message = 'this is a secret key, which no document may have: anybody with the pond could read the copy';
    return [{ code: 'secret-literal', message, hint: `${hint} Make another key: this one is no longer secret.` }];
  }
  const separator = recipient.lastIndexOf('1');
  const prefix = recipient.slice(0, separator);
  const isSound = prefixForm.test(prefix) && isChecked(prefix, recipient.slice(separator + 1));
  return isSound ? [] : [{ code: 'format-invalid', message: 'this is not a public key, or it is mistyped', hint }];
}

const characters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const checksumLength = 6;

/** True when the checksum at the end of the data is that of prefix and data. */
function isChecked(prefix: string, data: string): boolean {
  const values = [...data].map((character) => characters.indexOf(character));
  if (values.length <= checksumLength || values.includes(-1)) return false;
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  return checksumOf([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values]) === 1;
}

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksumOf(values: readonly number[]): number {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if (((top >> bit) & 1) === 1) checksum ^= generator;
  }
  return checksum;
}
