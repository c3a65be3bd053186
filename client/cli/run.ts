import * as history from './historyVerbs.ts';
import * as host from './hostVerbs.ts';
import * as collecting from './collectingVerbs.ts';
import { query } from './queryVerb.ts';
import * as resources from './resourceVerbs.ts';
import { run, runs } from './runVerbs.ts';
import { type VerbRunner } from './runner.ts';
import * as tree from './treeVerbs.ts';
import { type Verb } from './verbs.ts';

/** Runner of each verb that works on a pond. */
export const runners: { readonly [V in Exclude<Verb, 'help' | 'lsp'>]: VerbRunner } = {
  init: host.init,
  ls: tree.ls,
  cat: tree.cat,
  stat: tree.stat,
  mkdir: tree.mkdir,
  touch: tree.touch,
  write: tree.write,
  import: host.importVerb,
  export: host.exportVerb,
  site: host.siteVerb,
  cp: tree.cp,
  mv: tree.mv,
  rm: tree.rm,
  ln: tree.ln,
  status: history.status,
  diff: history.diff,
  commit: history.commit,
  discard: history.discard,
  resolve: history.resolve,
  log: history.log,
  show: history.showVerb,
  restore: history.restore,
  query,
  apply: resources.apply,
  get: resources.get,
  delete: resources.deleteVerb,
  run,
  runs,
  hydrovu: collecting.hydrovu,
  scribble: collecting.scribble,
  check: history.check,
};
