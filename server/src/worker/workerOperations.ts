import { lazyAsync } from '../base/lazy.ts';
import { type WorkerOperations, type WorkerSettings } from '../sandbox/messages.ts';
import { type OpenDisk } from '../storage/disk.ts';

/** Returns the operations of a worker. It serves either an engine or a builder, and loads what that needs. */
export function createOperations(settings: WorkerSettings, openDisk: OpenDisk): WorkerOperations {
  const queries = lazyAsync(async () => {
    const { QueryOperations } = await import('./queryOperations.ts');
    return await QueryOperations.open(settings, openDisk);
  });
  const builds = lazyAsync(async () => {
    const { BuildOperations } = await import('./buildOperations.ts');
    return new BuildOperations(settings, openDisk);
  });
  return {
    analyze: async (params) => (await queries()).analyze(params),
    open: async (params) => (await queries()).open(params),
    append: async (params) => (await queries()).append(params),
    run: async (params, signal) => (await queries()).run(params, signal),
    begin: async (params, signal) => (await queries()).begin(params, signal),
    finish: async (params, signal) => (await queries()).finish(params, signal),
    tableColumns: async (params) => (await queries()).tables.tableColumns(params),
    tableRows: async (params, signal) => (await queries()).tables.tableRows(params, signal),
    tableCount: async (params, signal) => (await queries()).tables.tableCount(params, signal),
    tableSummary: async (params, signal) => (await queries()).tables.tableSummary(params, signal),
    cellFacts: async (params, signal) => (await queries()).tables.cellFacts(params, signal),
    tablePlot: async (params, signal) => (await queries()).tables.tablePlot(params, signal),
    findInTable: async (params, signal) => (await queries()).tables.findInTable(params, signal),
    countMatches: async (params, signal) => (await queries()).tables.countMatches(params, signal),
    diffCounts: async (params, signal) => (await queries()).tables.diffCounts(params, signal),
    keepTable: async (params, signal, report) => (await queries()).tables.keepTable(params, signal, report),
    checkCells: async (params, signal) => (await queries()).edits.checkCells(params, signal),
    editTable: async (params, signal) => (await queries()).edits.editTable(params, signal),
    rows: async (params) => (await queries()).rows(params),
    release: async (params) => (await queries()).release(params),
    copy: async (params, signal, report) => (await queries()).copy(params, signal, report),
    describeTexts: async (params) => (await queries()).describeTexts(params),
    areLoaded: async (params, signal) => (await queries()).areLoaded(params, signal),
    jsonEncodings: async (params, signal) => (await queries()).jsonEncodings(params, signal),
    writeJson: async (params, signal) => (await queries()).writeJson(params, signal),
    writeRowsFile: async (params, signal) => (await queries()).writeRowsFile(params, signal),
    convert: async (params, signal) => (await queries()).convert(params, signal),
    buildUser: async (params, signal) => (await builds()).buildUser(params, signal),
    statements: async (params, signal) => (await builds()).statements(params, signal),
    notations: async (params, signal) => (await builds()).notations(params, signal),
    tableRuns: async (params, signal) => (await builds()).tableRuns(params, signal),
    inspect: async (params, signal) => (await builds()).inspect(params, signal),
  };
}
