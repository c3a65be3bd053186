import { nondeterministicCall } from '../../../build/nondeterministicCalls.ts';
import { type FieldIssue } from '../../../documents/schema.ts';

/** Returns a warning for the first call in a `query` whose result is another one each time. */
export function checkDeterminism(query: string): readonly FieldIssue[] {
  const word = nondeterministicCall(query);
  if (word === undefined) return [];
  const name = query.slice(word.start, word.end);
  const isCall = /^\s*\(/.test(query.slice(word.end));
  const message = `"${name}" gives something else each time, but what is made of a file is kept until the query or its files change`;
  const column = isCall ? '' : ` A column of this name is written in quotes: "${name}".`;
  const hint = `Take what the rows depend on from the files.${column}`;
  return [{ key: 'query', code: 'query-changing', severity: 'warning', message, hint, part: word }];
}
