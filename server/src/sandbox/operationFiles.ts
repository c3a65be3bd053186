import { type ReadFile } from '../storage/unchangedFiles.ts';
import { type InputSource } from './build.ts';
import { type OperationName, type OperationParams } from './messages.ts';
import { type WorkerTable } from './tableTypes.ts';

type FilesOf = { readonly [N in OperationName]: (params: OperationParams<N>) => readonly ReadFile[] };

const none = (): readonly ReadFile[] => [];
const ofTable = ({ table }: { readonly table: WorkerTable }): readonly ReadFile[] =>
  'files' in table ? table.files : [];
const ofSource = ({ files }: InputSource): readonly ReadFile[] => files;
const ofPaths = (hostPaths: readonly string[]): readonly ReadFile[] => hostPaths.map((hostPath) => ({ hostPath }));

const filesOf: FilesOf = {
  analyze: none,
  open: none,
  append: none,
  run: ({ spec }) => spec.files,
  begin: ({ spec }) => spec.files,
  // Reads on for the `begin` of its result.
  finish: none,
  tableColumns: ofTable,
  tableRows: ofTable,
  tableCount: ofTable,
  tableSummary: ofTable,
  cellFacts: ofTable,
  tablePlot: ofTable,
  findInTable: ofTable,
  countMatches: ofTable,
  diffCounts: none,
  keepTable: ofTable,
  checkCells: ({ file }) => [file],
  editTable: ({ file }) => [file],
  rows: none,
  release: none,
  copy: none,
  buildUser: ({ build: { input, tables } }) => [input, ...tables].flatMap(ofSource),
  statements: ({ sql: { reads = [] } }) => ofPaths(reads),
  inspect: ({ hostPaths }) => ofPaths(hostPaths),
  describeTexts: ({ files }) => files,
  notations: ({ files }) => files,
  tableRuns: ({ files }) => files,
  areLoaded: ({ files }) => files,
  writeRowsFile: ({ file }) => [file],
  jsonEncodings: ({ files }) => files,
  writeJson: ({ file }) => [file],
  convert: ({ file, pondPath }) => [{ hostPath: file, pondPath }],
};

/** The host files that an operation reads. */
export function filesOfOperation<N extends OperationName>(name: N, params: OperationParams<N>): readonly ReadFile[] {
  return filesOf[name](params);
}
