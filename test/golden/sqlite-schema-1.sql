CREATE TABLE aliases (
  artifact_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (artifact_id, name),
  FOREIGN KEY (artifact_id, n) REFERENCES versions (artifact_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE applied_operations (
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  rev INTEGER NOT NULL,
  op_id TEXT NOT NULL,
  result_n INTEGER,
  result TEXT,
  PRIMARY KEY (artifact_id, rev),
  CHECK ((result_n IS NULL) <> (result IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name),
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  rev INTEGER NOT NULL,
  next_n INTEGER NOT NULL,
  floor_n INTEGER NOT NULL,
  latest_n INTEGER,
  description TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (project, name),
  CHECK (rev >= 0 AND floor_n >= 0 AND floor_n <= next_n),
  CHECK (latest_n IS NULL OR (latest_n >= floor_n AND latest_n < next_n))
) STRICT;

CREATE INDEX artifacts_by_type ON artifacts (project, type, name) WHERE latest_n IS NOT NULL;

CREATE INDEX artifacts_live ON artifacts (project, name) WHERE latest_n IS NOT NULL;

CREATE TABLE collections (
  project TEXT NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('condemned', 'swept')),
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE condemned_blobs (
  project TEXT NOT NULL REFERENCES collections (project),
  name TEXT NOT NULL,
  PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_facts (
  round_id INTEGER NOT NULL REFERENCES draft_rounds (id),
  kind TEXT NOT NULL CHECK (kind IN ('closing', 'closed', 'choice')),
  body TEXT NOT NULL,
  UNIQUE (round_id, kind)
) STRICT;

CREATE TABLE draft_parts (
  round_id INTEGER NOT NULL REFERENCES draft_rounds (id),
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
  counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
  UNIQUE (round_id, op_id)
) STRICT;

CREATE INDEX draft_parts_by_run ON draft_parts (run_project, run_id, round_id) WHERE counted = 1;

CREATE TABLE draft_results (
  round_id INTEGER NOT NULL PRIMARY KEY REFERENCES draft_rounds (id),
  n INTEGER,
  aliases TEXT,
  CHECK ((n IS NULL) = (aliases IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_rounds (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name),
  artifact TEXT NOT NULL,
  draft_id TEXT NOT NULL,
  round INTEGER NOT NULL,
  UNIQUE (project, artifact, draft_id, round)
) STRICT;

CREATE TABLE edges (
  project TEXT NOT NULL,
  artifact TEXT NOT NULL,
  n INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('in', 'out')),
  run_project TEXT NOT NULL,
  run_id TEXT NOT NULL,
  run_name TEXT NOT NULL,
  at TEXT NOT NULL,
  op_id TEXT NOT NULL,
  PRIMARY KEY (project, artifact, n, kind, run_project, run_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX edges_by_run ON edges (run_project, run_id, kind, project, artifact, n);

CREATE TABLE layout_blobs (
  layout_id INTEGER NOT NULL REFERENCES layouts (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  pack TEXT NOT NULL,
  offset_bytes INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (layout_id, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE layouts (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  manifest TEXT NOT NULL,
  UNIQUE (project, manifest)
) STRICT;

CREATE TABLE metadata_edits (
  artifact_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  metadata TEXT,
  metadata_digest TEXT,
  at TEXT NOT NULL,
  run_project TEXT,
  run_id TEXT,
  run_name TEXT,
  UNIQUE (artifact_id, n),
  FOREIGN KEY (artifact_id, n) REFERENCES versions (artifact_id, n)
) STRICT;

CREATE TABLE moves (
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  rev INTEGER NOT NULL,
  alias TEXT NOT NULL,
  from_n INTEGER,
  to_n INTEGER,
  at TEXT NOT NULL,
  op_id TEXT NOT NULL,
  run_project TEXT,
  run_id TEXT,
  run_name TEXT,
  PRIMARY KEY (artifact_id, rev, alias)
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
  name TEXT NOT NULL PRIMARY KEY,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run_ends (
  project TEXT NOT NULL,
  run_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (project, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  project TEXT NOT NULL REFERENCES projects (name),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  group_name TEXT,
  config TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (project, id)
) STRICT;

CREATE TABLE versions (
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  n INTEGER NOT NULL,
  digest TEXT NOT NULL,
  op_id TEXT NOT NULL,
  supersede INTEGER NOT NULL,
  aliases TEXT NOT NULL,
  run_project TEXT,
  run_id TEXT,
  run_name TEXT,
  draft_id TEXT,
  draft_round INTEGER,
  derived_project TEXT,
  derived_artifact TEXT,
  derived_n INTEGER,
  created_at TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  file_count INTEGER NOT NULL,
  metadata TEXT,
  metadata_digest TEXT,
  description TEXT,
  deleted INTEGER NOT NULL,
  UNIQUE (artifact_id, n),
  CHECK (n >= 0 AND deleted IN (0, 1) AND supersede IN (0, 1))
) STRICT;

CREATE INDEX versions_by_digest ON versions (artifact_id, digest, n);

CREATE INDEX versions_by_origin ON versions (derived_project, derived_artifact, derived_n, artifact_id, n)
  WHERE derived_n IS NOT NULL;

CREATE INDEX versions_by_run ON versions (run_project, run_id, artifact_id, n) WHERE run_id IS NOT NULL;

CREATE INDEX versions_live ON versions (artifact_id, n) WHERE deleted = 0;
