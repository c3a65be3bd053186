import { after } from 'node:test';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';

/** A connection to an empty database of its own, for the tests of a file; both are closed after the tests. */
export async function testConnection(options?: Parameters<typeof openDatabase>[0]): Promise<Connection> {
  const database = await openDatabase(options);
  const connection = await database.connect();
  after(() => {
    connection.close();
    database.close();
  });
  return connection;
}
