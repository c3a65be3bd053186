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

/** Outcome of inlining the host files that a document names. */
interface InlinedFiles {
  readonly edits: readonly DocumentEdit[];
  /** Absolute paths of the files. */
  readonly hostFiles: readonly string[];
  readonly problems: readonly Problem[];
}

/** Returns the edits that inline the host files that the document names, and the problems that prevent it. */
export function inlineHostFiles(root: YamlNode, schema: Schema, readHostFile: ReadHostFile): InlinedFiles {
  const edits: DocumentEdit[] = [];
  const hostFiles = new Set<string>();
  const problems: Problem[] = [];
  for (const { entry, name, inlinedAs } of hostFilesIn(root, schema)) {
    const read = readText(name, readHostFile);
    if ('text' in read) {
      const key = { at: entry.keyRange.start, name: inlinedAs };
      edits.push({ at: name.range.start, value: read.text, key });
      hostFiles.add(read.hostPath);
    } else problems.push(read);
  }
  return { edits, hostFiles: [...hostFiles], problems };
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

function readText(
  node: ScalarNode,
  readHostFile: ReadHostFile,
): { readonly text: string; readonly hostPath: string } | Problem {
  const path = String(node.value);
  const problem = (message: string): Problem => {
    return { code: 'file-unreadable', severity: 'error', message, range: node.range };
  };
  try {
    const { content, hostPath } = readHostFile(path, bytesMax);
    if (!isUtf8(content) || content.includes(0)) return problem(`the file ${path} is not text in UTF-8`);
    const text = new TextDecoder().decode(content);
    return text.trim() === '' ? problem(`the file ${path} is empty`) : { text, hostPath };
  } catch (error) {
    if (!isPondError(error)) throw error;
    const missing = 'A relative path starts at the folder of the document.';
    const hint = error.code === 'not-found' ? missing : error.hint;
    return { ...problem(error.message), ...(hint !== undefined && { hint }) };
  }
}
