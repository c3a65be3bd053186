import { type TextRange } from '../base/lineMap.ts';

/** Stable codes of all problems, with their meaning. docs/resources.md lists them from here. */
export const problemCodes = {
  'yaml-syntax': 'the text is not YAML',
  'yaml-too-large': 'the text is longer than a resource file may be',
  'yaml-too-deep': 'mappings and lists are nested too deeply',
  'yaml-too-many': 'the document has too many words and marks, or too many values once its aliases are followed',
  'yaml-alias-unknown': 'an alias (`*name`) names no anchor before it; a value that begins with `*` needs quotes',
  'yaml-alias-loop': 'an alias is inside the value that it names',
  'key-not-text': 'a key is a list or a mapping',
  'key-duplicate': 'a mapping has the same key twice',
  'key-missing': 'a required key is missing',
  'key-unknown': 'the key is not one of those allowed here',
  'key-conflict': 'two keys exclude each other',
  'kind-unknown': 'the kind is not one of the kinds of resources',
  'value-missing': 'a key has no value',
  'value-unknown': 'the value is not one of those allowed',
  'value-duplicate': 'two items of a list have the same value where they must differ',
  'type-wrong': 'the value has another type than the key requires',
  'text-empty': 'the text is empty',
  'list-empty': 'the list or mapping has no items',
  'number-range': 'the number is outside of its range',
  'format-invalid': 'the text does not have the form that the key requires',
  'name-invalid': 'the name cannot be part of a pond path',
  'name-reserved': 'the name is reserved by the pond',
  'resource-duplicate': 'two documents of one file declare the same kind and name',
  'duration-invalid': 'the text is not a duration',
  'duration-unusable': 'the duration cannot be the length of a time bucket',
  'glob-invalid': 'the pattern is malformed',
  'glob-relative': 'the pattern of host files is not absolute',
  'placeholder-range': 'a placeholder `$N` refers to a wildcard that the pattern does not have',
  'query-without-input': 'the query never reads the matched file',
  'query-changing': 'the query returns other rows each time, but its result for a file is kept',
  'query-unnamed-input': 'the query reads a path that is not among its inputs',
  'secret-literal': 'a secret is written out instead of a reference to an environment variable',
  'document-misplaced': 'the directory of a resource has no document, several, or one of another kind',
  'document-foreign': 'a document of a file that is applied is not a resource',
  'template-failed': 'a `{{ }}` template cannot be expanded',
  'template-left': 'a document of the pond has a `{{ }}` template, which only applying would expand',
  'file-unreadable': 'a host file that the document names cannot be read',
  'name-taken': 'something else is at the path of the resource in the pond',
  'resource-cycle': 'the resource reads its own output',
  'template-unquoted': 'a `{{ }}` template is outside of quotes, where YAML reads it as a mapping',
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
