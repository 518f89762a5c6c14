/**
 * The numbered migrations of `meta/jobs.db`: entry N brings a database from version N to N + 1
 * (`PRAGMA user_version`). An entry that was released never changes.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE jobs (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     tool TEXT NOT NULL,
     label TEXT,
     status TEXT NOT NULL,
     listed INTEGER NOT NULL,
     owner TEXT NOT NULL,
     parent TEXT,
     created_at INTEGER NOT NULL,
     started_at INTEGER,
     completed_at INTEGER,
     expires_at INTEGER,
     progress TEXT,
     result TEXT,
     error TEXT
   );
   CREATE INDEX jobs_listed ON jobs (listed, seq);
   CREATE INDEX jobs_status ON jobs (status, listed, seq);
   CREATE INDEX jobs_unfinished ON jobs (seq) WHERE status IN ('pending', 'running');
   CREATE INDEX jobs_expiring ON jobs (expires_at) WHERE expires_at IS NOT NULL;
   -- How many jobs are listed, by status: counting 100,000 rows at every list would cost too much.
   CREATE TABLE job_counts (status TEXT PRIMARY KEY, n INTEGER NOT NULL);
   CREATE TRIGGER jobs_count_in AFTER INSERT ON jobs WHEN NEW.listed = 1 BEGIN
     INSERT INTO job_counts VALUES (NEW.status, 1)
       ON CONFLICT (status) DO UPDATE SET n = n + 1;
   END;
   CREATE TRIGGER jobs_count_out AFTER DELETE ON jobs WHEN OLD.listed = 1 BEGIN
     UPDATE job_counts SET n = n - 1 WHERE status = OLD.status;
   END;
   CREATE TRIGGER jobs_count_change AFTER UPDATE OF status, listed ON jobs
     WHEN OLD.status <> NEW.status OR OLD.listed <> NEW.listed BEGIN
     UPDATE job_counts SET n = n - 1 WHERE status = OLD.status AND OLD.listed = 1;
     INSERT INTO job_counts SELECT NEW.status, 1 WHERE NEW.listed = 1
       ON CONFLICT (status) DO UPDATE SET n = n + 1;
   END;`,
  // What is old enough to go is found without reading 100,000 rows.
  `CREATE INDEX jobs_ended ON jobs (completed_at, status)
     WHERE listed = 1 AND completed_at IS NOT NULL;`,
  // What lists show, so that they need not read results.
  `ALTER TABLE jobs ADD COLUMN command TEXT;
   ALTER TABLE jobs ADD COLUMN exit_code INTEGER;
   ALTER TABLE jobs ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
   UPDATE jobs SET exit_code = json_extract(result, '$.exit_code')
     WHERE json_valid(result) AND json_type(result, '$.exit_code') = 'integer';`,
  // The age of the home, which no wrong clock changes much: see `JobRetention.passTime`. Of jobs that had ended
  // before, the newest is as old as the home.
  `CREATE TABLE home_age (only INTEGER PRIMARY KEY CHECK (only = 1), clock INTEGER, age INTEGER NOT NULL);
   INSERT INTO home_age VALUES (1, NULL, 0);
   ALTER TABLE jobs ADD COLUMN ended_at_age INTEGER;
   UPDATE jobs SET ended_at_age = min(0, completed_at - (SELECT max(created_at) FROM jobs))
     WHERE completed_at IS NOT NULL;
   CREATE INDEX jobs_outdated ON jobs (ended_at_age) WHERE listed = 1 AND ended_at_age IS NOT NULL;
   CREATE TRIGGER jobs_end_in AFTER INSERT ON jobs WHEN NEW.completed_at IS NOT NULL BEGIN
     UPDATE jobs SET ended_at_age = (SELECT age FROM home_age) WHERE seq = NEW.seq;
   END;
   CREATE TRIGGER jobs_end AFTER UPDATE OF completed_at ON jobs WHEN NEW.completed_at IS NOT NULL BEGIN
     UPDATE jobs SET ended_at_age = (SELECT age FROM home_age) WHERE seq = NEW.seq;
   END;`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;
