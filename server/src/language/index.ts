import {
  type CodeAction,
  type CompletionItem,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type Position,
} from '../protocol/language.ts';
import { type TextRange } from '../base/lineMap.ts';
import { resourceKinds } from '../resources/registry.ts';
import { completion } from './completion.ts';
import { diagnostics } from './diagnostics.ts';
import { fixes } from './fixes.ts';
import { hover } from './hover.ts';
import { symbols } from './symbols.ts';

/**
 * Editor features for the text of a YAML file. Every result is a function of the text alone: nothing waits, throws or
 * reads the pond. Documents other than resources get empty results.
 */
export interface LanguageService {
  /** Returns the problems of all resources in the text; `uri` is the document of related locations. */
  diagnostics(text: string, uri: string): readonly Diagnostic[];
  /** Returns changes that fix problems in the range; `uri` is the document they change. */
  fixes(text: string, uri: string, range: TextRange): readonly CodeAction[];
  /** Returns the completions at the position. */
  completion(text: string, position: Position): readonly CompletionItem[];
  /** Returns the documentation of the key or word at the position, or undefined. */
  hover(text: string, position: Position): Hover | undefined;
  /** Returns an outline: one symbol per resource. */
  symbols(text: string): readonly DocumentSymbol[];
}

/** Returns the language service for all kinds of resources. */
export function createLanguageService(): LanguageService {
  const kinds = resourceKinds;
  return Object.freeze({
    diagnostics: (text: string, uri: string) => diagnostics({ text, uri, kinds }),
    fixes: (text: string, uri: string, range: TextRange) => fixes({ text, uri, range, kinds }),
    completion: (text: string, position: Position) => completion({ text, position, kinds }),
    hover: (text: string, position: Position) => hover({ text, position, kinds }),
    symbols: (text: string) => symbols({ text, kinds }),
  });
}
