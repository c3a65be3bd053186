import assert from 'node:assert/strict';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { collect, fails, make, textOf } from '../support/tree.ts';
import { type Check } from './backendCheck.ts';

async function read(directory: WorkingDirectory, path: string): Promise<string> {
  return textOf(await directory.readFile(path));
}

/** Returns a line for each match: its path, then its captures. */
async function visited(directory: WorkingDirectory, pattern: string): Promise<string[]> {
  const matches = await collect(directory.visit(pattern));
  return matches.map(({ node, captures }) => [node.path, ...captures].join(' | '));
}

export function testResolution(check: Check): void {
  check('the root and a working directory resolve', async (root) => {
    const a = await root.createDirectory('a');
    for (const path of ['/', '', '.', 'a/..', '//', './.']) assert.equal((await root.get(path))?.path, '/', path);
    for (const path of ['', '.', 'x/..']) {
      await a.createDirectory('x', { parents: true });
      assert.equal((await a.get(path))?.path, '/a', path);
    }
    assert.ok(await root.exists('/'));
    assert.equal((await root.openDirectory('/')).path, '/');
  });

  check('a path of names, dots and repeated slashes resolves', async (root) => {
    await make(root, 'a/b/', 'a/b/f 1');
    for (const path of ['/a/b/f', 'a/b/f', './a//b/./f', 'a/b/../b/f', 'a/b/f/'])
      assert.equal(await read(root, path), '1');
    const b = await (await root.openDirectory('a')).openDirectory('b');
    assert.deepEqual([b.path, await read(b, 'f')], ['/a/b', '1']);
  });

  check('a missing path is undefined, and a file on the way is an error', async (root) => {
    await make(root, 'a/', 'f 1');
    assert.equal(await root.get('a/none'), undefined);
    assert.equal(await root.get('none/of/these'), undefined);
    await fails('not-a-directory', root.get('f/x'), '/f');
    await fails('not-a-directory', root.get('f/..'), '/f');
    for (const path of ['a/none', 'f/x', '../a', 'x\0']) assert.equal(await root.exists(path), false, path);
  });

  check('a path cannot leave its working directory', async (root) => {
    const b = await root.createDirectory('a/b', { parents: true });
    await make(root, 'a/f 1');
    await fails('path-escapes', root.get('..'), '..');
    await fails('path-escapes', root.get('a/../../a'));
    await fails('path-escapes', b.get('../f'), '../f');
    await fails('path-escapes', b.get('/a/f'), '/a/f');
    await fails('path-escapes', collect(b.visit('/a/*')), '/a/*');
  });
}

export function testLinks(check: Check): void {
  check('links resolve at the end and on the way, and the resulting path is the real one', async (root) => {
    await make(root, 'a/b/', 'a/b/y 1', 'ldir -> a/b', 'a/up -> ../top', 'top 2', 'a/abs -> /a/b/y');
    const found = await root.get('/ldir/y');
    assert.deepEqual([found?.path, found?.dirname], ['/a/b/y', '/a/b']);
    assert.equal(await read(root, 'ldir/y'), '1');
    assert.equal(await read(root, 'a/up'), '2');
    assert.equal(await read(root, 'a/abs'), '1');
    assert.equal((await root.get('ldir', { followLinks: false }))?.node.type, 'symlink');
    assert.equal((await root.get('ldir/y', { followLinks: false }))?.path, '/a/b/y');
    assert.deepEqual(
      (await root.list('ldir')).map(({ path }) => path),
      ['/a/b/y'],
    );
  });

  check("'..' after a link returns to the directory of the link", async (root) => {
    await make(root, 'a/b/', 'a/f 1', 'c/', 'c/l -> ../a/b', 'c/f 2');
    assert.equal(await read(root, 'c/l/../f'), '2');
  });

  check('a link has one target, by whatever path it is reached', async (root) => {
    await make(root, 'a/b/', 'a/f 1', 'a/b/l -> ../f', 'ldir -> a/b', 'f 2');
    assert.equal(await read(root, 'a/b/l'), '1');
    assert.equal(await read(root, 'ldir/l'), '1');
  });

  check('from a working directory absolute links lead anywhere, relative ones not out of it', async (root) => {
    await make(root, 'a/', 'c/', 'c/d 1', 'a/rel -> ../c/d', 'a/abs -> /c/d', 'a/in -> x/../abs');
    const a = await root.openDirectory('a');
    assert.equal(await read(root, 'a/rel'), '1');
    assert.equal(await read(a, 'abs'), '1');
    assert.equal(await read(a, 'in'), '1');
    await fails('path-escapes', a.readFile('rel'), '../c/d');
  });

  check('a dangling link fails and names its target', async (root) => {
    await make(root, 'a/', 'abs -> /none', 'rel -> a/none', 'chain -> rel', 'out -> ../x', 'f 1', 'through -> f/x');
    await fails('not-found', root.get('abs'), '/none');
    await fails('not-found', root.get('rel/x'), 'a/none');
    await fails('not-found', root.readFile('chain'), 'a/none');
    await fails('path-escapes', root.get('out'), '../x');
    await fails('not-a-directory', root.get('through'), '/f');
    for (const path of ['abs', 'chain', 'out', 'through']) assert.equal(await root.exists(path), false, path);
    assert.equal(await root.readlink('chain'), 'rel');
    await fails('not-a-symlink', root.readlink('a'), '/a');
    await fails('not-found', root.readlink('none'), '/none');
  });

  check('ten links in sequence resolve, eleven do not', async (root) => {
    await make(root, 'l12 end');
    for (let at = 0; at < 12; at++) await make(root, `l${at} -> /l${at + 1}`);
    assert.equal(await read(root, 'l2'), 'end');
    await fails('symlink-loop', root.readFile('l1'), '/l12');
    await fails('symlink-loop', root.readFile('l0'), '/l11');
  });

  check('cyclic links fail', async (root) => {
    await make(root, 'a/', 'b/', 'a/l -> ../b/l', 'b/l -> ../a/l', 'self -> self', 'in -> in/x');
    await fails('symlink-loop', root.get('a/l'));
    await fails('symlink-loop', root.get('self'), 'self');
    await fails('symlink-loop', root.get('in/y'));
    assert.equal(await root.exists('self'), false);
  });

  check('links of many links fail soon', async (root) => {
    await make(root, 'd0/');
    for (let at = 1; at <= 9; at++) await make(root, `d${at} -> ${`d${at - 1}/../`.repeat(20)}d${at - 1}`);
    // The text of each cancels out to one link; the text of a given path does not.
    assert.equal((await root.get('d9'))?.path, '/d0');
    await fails('symlink-loop', root.get('d9/../'.repeat(100)));
  });
}

export function testVisits(check: Check): void {
  const tree = ['a/b/', 'a/b/y.txt 3', 'a/x.txt 2', 'top.txt 1'];

  check('** matches any number of directories, and everything below at the end', async (root) => {
    await make(root, ...tree);
    const all = ['/a', '/a/b', '/a/b/y.txt', '/a/x.txt', '/top.txt'];
    assert.deepEqual(
      await visited(root, '/**'),
      all.map((path) => `${path} | ${path.slice(1)}`),
    );
    assert.deepEqual(await visited(root, '/**/*'), [
      '/a |  | a',
      '/a/b | a/ | b',
      '/a/b/y.txt | a/b/ | y.txt',
      '/a/x.txt | a/ | x.txt',
      '/top.txt |  | top.txt',
    ]);
    assert.deepEqual(await visited(root, '/**/*.txt'), [
      '/a/b/y.txt | a/b/ | y',
      '/a/x.txt | a/ | x',
      '/top.txt |  | top',
    ]);
    assert.deepEqual(await visited(root, '/*/**'), [
      '/a/b | a | b',
      '/a/b/y.txt | a | b/y.txt',
      '/a/x.txt | a | x.txt',
    ]);
    assert.deepEqual(await visited(root, 'a/**/y.txt'), ['/a/b/y.txt | b/']);
    assert.deepEqual(await visited(root, '**/b/**'), ['/a/b/y.txt | a/ | y.txt']);
  });

  check('a pattern without wildcards finds one node, or none', async (root) => {
    await make(root, ...tree);
    assert.deepEqual(await visited(root, '/'), ['/']);
    assert.deepEqual(await visited(root, ''), ['/']);
    assert.deepEqual(await visited(root, '/a/b'), ['/a/b']);
    for (const pattern of ['/none', '/none/*', '/top.txt/*', '/a/x.txt/y'])
      assert.deepEqual(await visited(root, pattern), []);
    assert.deepEqual(await visited(await root.openDirectory('a'), '*/y.txt'), ['/a/b/y.txt | b']);
  });

  check('a visit follows links that are matched by name or *, and not by **', async (root) => {
    await make(root, ...tree, 'name -> a/b', 'a/name -> /a/b', 'gone -> none', 'file -> top.txt');
    assert.deepEqual(await visited(root, '/a/name/*.txt'), ['/a/b/y.txt | y']);
    assert.deepEqual(await visited(root, '/n*/*.txt'), ['/a/b/y.txt | ame | y']);
    assert.deepEqual(await visited(root, '/**/y.txt'), ['/a/b/y.txt | a/b/']);
    assert.deepEqual(await visited(root, '/name/**'), ['/a/b/y.txt | y.txt']);
    assert.deepEqual(await visited(root, '/{gone,file}'), ['/file | file', '/gone | gone']);
    assert.deepEqual(await visited(root, '/{gone,file}/*'), []);
    assert.deepEqual(await visited(root, '/gone/*'), []);
  });

  check('a visit that would recurse into itself fails, and the next one works', async (root) => {
    await make(root, ...tree, 'a/self -> /a');
    await fails('visit-loop', collect(root.visit('/*/*/*')), '/a');
    await fails('visit-loop', collect(root.visit('/*/self/x.txt')), '/a');
    assert.deepEqual(await visited(root, '/a/self/*.txt'), ['/a/x.txt | x']);
    assert.deepEqual(await visited(root, '/**/x.txt'), ['/a/x.txt | a/']);
    assert.deepEqual(await visited(root, '/*/b/*'), ['/a/b/y.txt | a | y.txt']);
  });

  check('a walk yields each directory before its entries and does not follow links', async (root) => {
    await make(root, ...tree, 'a/loop -> /');
    const paths = (await collect(root.walk())).map(({ path }) => path);
    assert.deepEqual(paths, ['/a', '/a/b', '/a/b/y.txt', '/a/loop', '/a/x.txt', '/top.txt']);
    assert.deepEqual((await collect(root.walk('a/b'))).length, 1);
    await fails('not-a-directory', collect(root.walk('top.txt')), '/top.txt');
    await fails('not-found', collect(root.walk('none')), '/none');
  });
}
