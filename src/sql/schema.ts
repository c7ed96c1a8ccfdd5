/** Words in which SQL databases differ where tables are made. */
export interface Dialect {
  /** The type of a whole number up to 2^53. */
  readonly integer: string
  /** The type of a key that the database hands out. */
  readonly identity: string
  /** What follows the columns of a table. */
  readonly table: string
  /** The same for a narrow table that is only read by its primary key. */
  readonly narrowTable: string
}

/** The steps from one version of the schema to the next: the first makes version 1 of an empty database. */
export type Migrations = readonly (readonly string[])[]

/** What brings a database to the schema of this version of lading. A step that was released is never changed. */
export function migrations(dialect: Dialect): Migrations {
  return [[...artifactTables(dialect), ...recordTables(dialect), ...draftTables(dialect), ...collectionTables(dialect)]]
}

function artifactTables({ integer, identity, table, narrowTable }: Dialect): string[] {
  return [
    `CREATE TABLE projects (
  name TEXT NOT NULL PRIMARY KEY,
  created_at TEXT NOT NULL
)${narrowTable}`,
    `CREATE TABLE artifacts (
  id ${identity},
  project TEXT NOT NULL REFERENCES projects (name),
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  rev ${integer} NOT NULL,
  next_n ${integer} NOT NULL,
  floor_n ${integer} NOT NULL,
  latest_n ${integer},
  description TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (project, name),
  CHECK (rev >= 0 AND floor_n >= 0 AND floor_n <= next_n),
  CHECK (latest_n IS NULL OR (latest_n >= floor_n AND latest_n < next_n))
)${table}`,
    'CREATE INDEX artifacts_live ON artifacts (project, name) WHERE latest_n IS NOT NULL',
    'CREATE INDEX artifacts_by_type ON artifacts (project, type, name) WHERE latest_n IS NOT NULL',
    versionsTable({ integer, table }),
    'CREATE INDEX versions_live ON versions (artifact_id, n) WHERE deleted = 0',
    'CREATE INDEX versions_by_digest ON versions (artifact_id, digest, n)',
    'CREATE INDEX versions_by_run ON versions (run_project, run_id, artifact_id, n) WHERE run_id IS NOT NULL',
    `CREATE INDEX versions_by_origin ON versions (derived_project, derived_artifact, derived_n, artifact_id, n)
  WHERE derived_n IS NOT NULL`,
    `CREATE TABLE aliases (
  artifact_id ${integer} NOT NULL,
  name TEXT NOT NULL,
  n ${integer} NOT NULL,
  PRIMARY KEY (artifact_id, name),
  FOREIGN KEY (artifact_id, n) REFERENCES versions (artifact_id, n)
)${narrowTable}`,
    `CREATE TABLE moves (
  artifact_id ${integer} NOT NULL REFERENCES artifacts (id),
  rev ${integer} NOT NULL,
  alias TEXT NOT NULL,
  from_n ${integer},
  to_n ${integer},
  at TEXT NOT NULL,
  op_id TEXT NOT NULL,
  run_project TEXT,
  run_id TEXT,
  run_name TEXT,
  PRIMARY KEY (artifact_id, rev, alias)
)${narrowTable}`,
    `CREATE TABLE applied_operations (
  artifact_id ${integer} NOT NULL REFERENCES artifacts (id),
  rev ${integer} NOT NULL,
  op_id TEXT NOT NULL,
  result_n ${integer},
  result TEXT,
  PRIMARY KEY (artifact_id, rev),
  CHECK ((result_n IS NULL) <> (result IS NULL))
)${narrowTable}`,
  ]
}

/** The redo log of the bucket protocol without its log: what a version is, once. `aliases` is what its log asked for. */
function versionsTable({ integer, table }: Pick<Dialect, 'integer' | 'table'>): string {
  return `CREATE TABLE versions (
  artifact_id ${integer} NOT NULL REFERENCES artifacts (id),
  n ${integer} NOT NULL,
  digest TEXT NOT NULL,
  op_id TEXT NOT NULL,
  supersede ${integer} NOT NULL,
  aliases TEXT NOT NULL,
  run_project TEXT,
  run_id TEXT,
  run_name TEXT,
  draft_id TEXT,
  draft_round ${integer},
  derived_project TEXT,
  derived_artifact TEXT,
  derived_n ${integer},
  created_at TEXT NOT NULL,
  size_bytes ${integer} NOT NULL,
  file_count ${integer} NOT NULL,
  metadata TEXT,
  metadata_digest TEXT,
  description TEXT,
  deleted ${integer} NOT NULL,
  UNIQUE (artifact_id, n),
  CHECK (n >= 0 AND deleted IN (0, 1) AND supersede IN (0, 1))
)${table}`
}

function recordTables({ integer, identity, table, narrowTable }: Dialect): string[] {
  return [
    `CREATE TABLE metadata_edits (
  artifact_id ${integer} NOT NULL,
  n ${integer} NOT NULL,
  metadata TEXT,
  metadata_digest TEXT,
  at TEXT NOT NULL,
  run_project TEXT,
  run_id TEXT,
  run_name TEXT,
  UNIQUE (artifact_id, n),
  FOREIGN KEY (artifact_id, n) REFERENCES versions (artifact_id, n)
)${table}`,
    `CREATE TABLE layouts (
  id ${identity},
  project TEXT NOT NULL,
  manifest TEXT NOT NULL,
  UNIQUE (project, manifest)
)${table}`,
    `CREATE TABLE layout_blobs (
  layout_id ${integer} NOT NULL REFERENCES layouts (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  pack TEXT NOT NULL,
  offset_bytes ${integer} NOT NULL,
  size_bytes ${integer} NOT NULL,
  PRIMARY KEY (layout_id, digest)
)${narrowTable}`,
    `CREATE TABLE runs (
  project TEXT NOT NULL REFERENCES projects (name),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  group_name TEXT,
  config TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (project, id)
)${table}`,
    `CREATE TABLE run_ends (
  project TEXT NOT NULL,
  run_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (project, run_id)
)${narrowTable}`,
    `CREATE TABLE edges (
  project TEXT NOT NULL,
  artifact TEXT NOT NULL,
  n ${integer} NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('in', 'out')),
  run_project TEXT NOT NULL,
  run_id TEXT NOT NULL,
  run_name TEXT NOT NULL,
  at TEXT NOT NULL,
  op_id TEXT NOT NULL,
  PRIMARY KEY (project, artifact, n, kind, run_project, run_id)
)${narrowTable}`,
    'CREATE INDEX edges_by_run ON edges (run_project, run_id, kind, project, artifact, n)',
  ]
}

function draftTables({ integer, identity, table, narrowTable }: Dialect): string[] {
  return [
    `CREATE TABLE draft_rounds (
  id ${identity},
  project TEXT NOT NULL REFERENCES projects (name),
  artifact TEXT NOT NULL,
  draft_id TEXT NOT NULL,
  round ${integer} NOT NULL,
  UNIQUE (project, artifact, draft_id, round)
)${table}`,
    `CREATE TABLE draft_parts (
  round_id ${integer} NOT NULL REFERENCES draft_rounds (id),
  op_id TEXT NOT NULL,
  run_project TEXT NOT NULL,
  run_id TEXT NOT NULL,
  run_name TEXT NOT NULL,
  manifest TEXT NOT NULL,
  at TEXT NOT NULL,
  type TEXT NOT NULL,
  metadata TEXT,
  metadata_digest TEXT,
  description TEXT,
  counted ${integer} NOT NULL CHECK (counted IN (0, 1)),
  UNIQUE (round_id, op_id)
)${table}`,
    'CREATE INDEX draft_parts_by_run ON draft_parts (run_project, run_id, round_id) WHERE counted = 1',
    `CREATE TABLE draft_facts (
  round_id ${integer} NOT NULL REFERENCES draft_rounds (id),
  kind TEXT NOT NULL CHECK (kind IN ('closing', 'closed', 'choice')),
  body TEXT NOT NULL,
  UNIQUE (round_id, kind)
)${table}`,
    `CREATE TABLE draft_results (
  round_id ${integer} NOT NULL PRIMARY KEY REFERENCES draft_rounds (id),
  n ${integer},
  aliases TEXT,
  CHECK ((n IS NULL) = (aliases IS NULL))
)${narrowTable}`,
  ]
}

function collectionTables({ integer, narrowTable }: Dialect): string[] {
  return [
    `CREATE TABLE collections (
  project TEXT NOT NULL PRIMARY KEY,
  epoch ${integer} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('condemned', 'swept')),
  at TEXT NOT NULL
)${narrowTable}`,
    `CREATE TABLE condemned_blobs (
  project TEXT NOT NULL REFERENCES collections (project),
  name TEXT NOT NULL,
  PRIMARY KEY (project, name)
)${narrowTable}`,
  ]
}
