import { isUtf8 } from 'node:buffer';
import { isPondError } from '../base/error.ts';
import { entryOf, type MapNode, type ScalarNode } from '../documents/yamlNode.ts';
import { type Problem } from '../documents/problem.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { itemsOf } from '../documents/specValue.ts';
import { type ReadHostFile } from './hostFolder.ts';
import { type DocumentEdit } from '../documents/rewrite.ts';

/** Maximum length of a document, since the template becomes a part of one. */
const bytesMax = 200_000;

/** Returns the edits that inline templates from host files into the document, and the problems that prevent it. */
export function inlineTemplates(
  kind: ResourceKind,
  root: MapNode,
  readHostFile: ReadHostFile,
): { readonly edits: readonly DocumentEdit[]; readonly problems: readonly Problem[] } {
  const edits: DocumentEdit[] = [];
  const problems: Problem[] = [];
  const collections = kind.kind === 'Template' ? itemsOf(entryOf(root, 'spec')?.value, 'collections') : [];
  for (const collection of collections) {
    const entry = entryOf(collection, 'template_file');
    if (entry?.value.type !== 'scalar') continue;
    const read = readTemplate(entry.value, readHostFile);
    if ('text' in read) {
      const key = { at: entry.keyRange.start, name: 'template' };
      edits.push({ at: entry.value.range.start, value: read.text, key });
    } else problems.push(read);
  }
  return { edits, problems };
}

function readTemplate(node: ScalarNode, readHostFile: ReadHostFile): { readonly text: string } | Problem {
  const path = String(node.value);
  const problem = (message: string): Problem => {
    return { code: 'file-unreadable', severity: 'error', message, range: node.range };
  };
  try {
    const bytes = readHostFile(path, bytesMax);
    if (!isUtf8(bytes) || bytes.includes(0)) return problem(`the template file ${path} is not text in UTF-8`);
    const text = new TextDecoder().decode(bytes);
    return text.trim() === '' ? problem(`the template file ${path} is empty`) : { text };
  } catch (error) {
    if (!isPondError(error)) throw error;
    const missing = 'A relative path starts at the folder where the documents are applied.';
    const hint = error.code === 'not-found' ? missing : error.hint;
    return { ...problem(error.message), ...(hint !== undefined && { hint }) };
  }
}
