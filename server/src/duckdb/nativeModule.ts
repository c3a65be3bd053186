/** DuckDB's own module, whole. A bundler keeps the names of a CommonJS package only where it is imported statically. */
import * as nodeApi from '@duckdb/node-api';

export { nodeApi };
