import { isUtf8 } from 'node:buffer';
import { isPondError } from '../base/error.ts';
import { type YamlEntry, type YamlNode, type ScalarNode } from '../documents/yamlNode.ts';
import { type Problem } from '../documents/problem.ts';
import { type Schema } from '../documents/schema.ts';
import { type ReadHostFile } from './hostFolder.ts';
import { type DocumentEdit } from '../documents/rewrite.ts';

/** Maximum length of a document, since the content of the file becomes a part of one. */
const bytesMax = 200_000;

/** A text of a document that names a host file. */
interface HostFileRef {
  readonly entry: YamlEntry;
  readonly name: ScalarNode;
  /** Key for the content of the file. */
  readonly inlinedAs: string;
}

/** Returns the edits that inline the host files that the document names, and the problems that prevent it. */
export function inlineHostFiles(
  root: YamlNode,
  schema: Schema,
  readHostFile: ReadHostFile,
): { readonly edits: readonly DocumentEdit[]; readonly problems: readonly Problem[] } {
  const edits: DocumentEdit[] = [];
  const problems: Problem[] = [];
  for (const { entry, name, inlinedAs } of hostFilesIn(root, schema)) {
    const read = readText(name, readHostFile);
    if ('text' in read) {
      const key = { at: entry.keyRange.start, name: inlinedAs };
      edits.push({ at: name.range.start, value: read.text, key });
    } else problems.push(read);
  }
  return { edits, problems };
}

function hostFilesIn(node: YamlNode, schema: Schema): readonly HostFileRef[] {
  if (node.type === 'list') {
    return schema.type === 'list' ? node.items.flatMap((item) => hostFilesIn(item, schema.item)) : [];
  }
  if (node.type === 'scalar' || schema.type !== 'object') return [];
  return node.entries.flatMap((entry): readonly HostFileRef[] => {
    const { key, value } = entry;
    const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    if (field === undefined) return [];
    const inlinedAs = field.schema.type === 'text' ? field.schema.inlinedAs : undefined;
    if (inlinedAs === undefined) return hostFilesIn(value, field.schema);
    return value.type === 'scalar' ? [{ entry, name: value, inlinedAs }] : [];
  });
}

function readText(node: ScalarNode, readHostFile: ReadHostFile): { readonly text: string } | Problem {
  const path = String(node.value);
  const problem = (message: string): Problem => {
    return { code: 'file-unreadable', severity: 'error', message, range: node.range };
  };
  try {
    const bytes = readHostFile(path, bytesMax);
    if (!isUtf8(bytes) || bytes.includes(0)) return problem(`the file ${path} is not text in UTF-8`);
    const text = new TextDecoder().decode(bytes);
    return text.trim() === '' ? problem(`the file ${path} is empty`) : { text };
  } catch (error) {
    if (!isPondError(error)) throw error;
    const missing = 'A relative path starts at the folder where the documents are applied.';
    const hint = error.code === 'not-found' ? missing : error.hint;
    return { ...problem(error.message), ...(hint !== undefined && { hint }) };
  }
}
