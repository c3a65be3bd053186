import { sha256Of } from '../base/sha256.ts';
import { basename, joinPath } from '../tinyfs/path.ts';
import { plainBytes } from './plainBytes.ts';
import { type SomeVerbs } from './verb.ts';

/** Path of an entry that was moved or copied. */
function targetOf({ from, to, into = false }: { from: string; to: string; into: boolean | undefined }): string {
  return into ? joinPath(to, basename(from)) : to;
}

/** Verbs on the tree of a pond. */
export const treeVerbs = {
  stat: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./stat.ts')).stat,
  },
  list: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./list.ts')).list,
  },
  children: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./children.ts')).children,
  },
  find: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./find.ts')).find,
  },
  findFiles: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./findFiles.ts')).findFiles,
  },
  grep: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./grep.ts')).grep,
  },
  diskUsage: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    load: async () => (await import('./diskUsage.ts')).diskUsage,
  },
  read: {
    access: 'read',
    trust: 'any',
    freshness: 'loaded',
    idempotency: 'safe',
    stream: 'output',
    load: async () => (await import('./read.ts')).read,
  },
  write: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'already-exists',
      result: async ({ pond, path, content }, call) => {
        const info = await call('stat', { pond, path });
        return info.sha256 === sha256Of(plainBytes(content)) ? info : undefined;
      },
    },
    stream: 'input',
    load: async () => (await import('./write.ts')).write,
  },
  makeDirectory: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'already-exists',
      result: async ({ pond, path }, call) => {
        const info = await call('stat', { pond, path });
        return info.type === 'directory' ? info : undefined;
      },
    },
    load: async () => (await import('./makeDirectory.ts')).makeDirectory,
  },
  touch: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./touch.ts')).touch,
  },
  link: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'already-exists',
      result: async ({ pond, path, target }, call) => {
        const info = await call('stat', { pond, path });
        return info.target === target ? info : undefined;
      },
    },
    load: async () => (await import('./link.ts')).link,
  },
  format: {
    access: 'read',
    trust: 'any',
    freshness: 'latest',
    idempotency: 'safe',
    load: async () => (await import('./format.ts')).format,
  },
  setFormat: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./format.ts')).setFormat,
  },
  remove: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: { failsWith: 'not-found', result: async ({ paths }) => ({ removed: paths.length }) },
    load: async () => (await import('./remove.ts')).remove,
  },
  rename: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'not-found',
      result: async ({ pond, from, to, into }, call) =>
        await call('stat', { pond, path: targetOf({ from, to, into }) }),
    },
    load: async () => (await import('./rename.ts')).rename,
  },
  copy: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: {
      failsWith: 'already-exists',
      result: async ({ pond, from, to, into }, call) => {
        const original = await call('stat', { pond, path: from });
        const info = await call('stat', { pond, path: targetOf({ from, to, into }) });
        return info.type === original.type && info.sha256 === original.sha256 ? info : undefined;
      },
    },
    load: async () => (await import('./copy.ts')).copy,
  },
  append: {
    access: 'write',
    trust: 'trusted',
    freshness: 'latest',
    // Batches that were added are recognized.
    idempotency: 'repeatable',
    stream: 'input',
    load: async () => (await import('./append.ts')).append,
  },
  import: {
    access: 'write',
    trust: 'trusted',
    freshness: 'loaded',
    idempotency: 'repeatable',
    load: async () => (await import('./import.ts')).importFiles,
  },
  export: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./export.ts')).exportFiles,
  },
  fetch: {
    access: 'read',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./thinContents.ts')).fetchContents,
  },
  evict: {
    access: 'write',
    trust: 'trusted',
    freshness: 'latest',
    idempotency: 'repeatable',
    load: async () => (await import('./thinContents.ts')).evictContents,
  },
} satisfies SomeVerbs;
