/** Paths and names in a pond's folder of what no commit holds. */
export const workDirectory = '_pond';
export const journalPath = '_pond/journal';
/** Directory of the records of nodes that are on this computer alone. */
export const localRecordsDirectory = '_pond/runs';
/** Start of the names that the spool files of transactions have in `_pond`. */
export const spoolPrefix = 'spool-';
