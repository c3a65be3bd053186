/** A file of host content that a query engine can open in place: one per version of a series, one for anything else. */
export interface HostFile {
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** Files with equal keys have equal content: lower-case hex SHA-256 of the content, or of all its sources. */
  readonly key: string;
}
