/** Paths and names in a pond's folder of what no commit holds. */
export const workDirectory = '_pond';
export const journalPath = '_pond/journal';
/** Start of the names that the spool files of transactions have in `_pond`. */
export const spoolPrefix = 'spool-';
