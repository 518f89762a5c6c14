import { UserError } from "../../base/user_error.ts";
import { SCHEMA_VERSION } from "./job_schema.ts";
import { Sql } from "./sql.ts";

/**
 * Opens the database file of jobs, in WAL mode; its schema may be of any version up to ours.
 *
 * @throws {UserError} when a newer version of this program has written it; it is not touched then.
 */
export function openSql(path: string): Sql {
  const sql = new Sql(path);
  try {
    const { version } = sql;
    if (version > SCHEMA_VERSION) {
      throw new UserError(
        `Cannot use ${path}: it has schema version ${version}, and this version of python-mcp knows ` +
          `${SCHEMA_VERSION}. Update python-mcp, or set PYTHON_MCP_HOME to another folder.`,
      );
    }
    sql.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    return sql;
  } catch (error) {
    sql.close();
    throw error;
  }
}
