import { type Issue } from '../../../documents/issue.ts';
import { text } from '../../../documents/schema.ts';

/** URL of the service unless the document has another. */
export const defaultUrl = 'https://www.hydrovu.com';

/** URL of a service: https, or http on this computer. */
export const serviceUrlText = text('a URL of a service', { check: checkUrl });

const thisComputer: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function checkUrl(text: string): readonly Issue[] {
  const hint = 'Write it as "https://HOST".';
  const issue = (message: string): readonly Issue[] => [{ code: 'format-invalid', message, hint }];
  if (!URL.canParse(text)) return issue('expected a URL, got another text');
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && thisComputer.has(hostname))) {
    return issue('a service is expected to be reached by https, or by http on this computer: secrets are sent to it');
  }
  if (username !== '' || password !== '') return issue('the URL of a service has no user or password in it');
  return search === '' && hash === '' ? [] : issue('the URL of a service has no "?" or "#" in it');
}
