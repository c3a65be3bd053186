import { type TextRange } from '../base/lineMap.ts';

/** Stable codes of all problems, with their meaning. docs/resources.md lists them from here. */
export const problemCodes = {
  'yaml-syntax': 'the text is not YAML',
  'yaml-too-large': 'the text is longer than a resource file may be',
  'yaml-too-deep': 'mappings and lists are nested too deeply',
  'yaml-too-many': 'the document has too many values once its aliases are followed',
  'yaml-alias-unknown': 'an alias (`*name`) names no anchor before it; a value that begins with `*` needs quotes',
  'yaml-alias-loop': 'an alias stands inside the value it names',
  'key-not-text': 'a key is a list or a mapping',
  'key-duplicate': 'a mapping has the same key twice',
  'key-missing': 'a required key is not there',
  'key-unknown': 'no such key is known here',
  'key-conflict': 'two keys exclude each other',
  'kind-unknown': 'no such kind of resource is known',
  'kind-not-implemented': 'resources of the kind are checked and kept, but do nothing in this version',
  'value-missing': 'a key has no value',
  'value-unknown': 'the value is not one of those allowed',
  'value-duplicate': 'two items of a list say the same where they must differ',
  'type-wrong': 'the value is of another type than the key takes',
  'text-empty': 'the text is empty',
  'list-empty': 'the list or mapping has no items',
  'number-range': 'the number is outside of its range',
  'format-invalid': 'the text is not of the form the key takes',
  'name-invalid': 'the name cannot be part of a pond path',
  'name-reserved': 'the name is taken by the pond itself',
  'resource-duplicate': 'two documents of one file declare the same kind and name',
  'duration-invalid': 'the text is not a duration',
  'duration-unusable': 'the duration cannot be the length of a time bucket',
  'glob-invalid': 'the pattern is not well formed',
  'glob-relative': 'the pattern of host files is not absolute',
  'placeholder-range': 'a placeholder `$N` has no wildcard it could stand for',
  'query-without-input': 'the query never reads the matched file',
  'query-changing': 'the query gives other rows each time, but what is made of a file is kept',
  'secret-literal': 'a secret is written out instead of referred to',
  'document-misplaced': 'the home of a resource has no document, several, or one of another kind',
  'document-foreign': 'a document of a file that is applied is no resource',
  'template-failed': 'a `{{ }}` template cannot be expanded',
  'template-left': 'a `{{ }}` template stands in a document of the pond, where nothing expands it any more',
  'file-unreadable': 'a host file that the document names cannot be taken in',
  'name-taken': 'something else is in the pond where the resource would be',
  'resource-cycle': 'the resource reads what is made of itself',
  'template-unquoted': 'a `{{ }}` template stands outside of quotes, where YAML reads it as a mapping',
} as const;

/** One of the stable codes. */
export type ProblemCode = keyof typeof problemCodes;

/** A problem in a text that the user wrote, with its range. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  /** One sentence without a full stop: the expected and the actual value. Never contains a secret. */
  readonly message: string;
  readonly range: TextRange;
  /** One sentence that suggests a correction. */
  readonly hint?: string;
  /** The text from the hint that can replace the one at `range`. */
  readonly replacement?: string;
  /** The other position of a duplicate or a conflict. */
  readonly related?: { readonly message: string; readonly range: TextRange };
}
