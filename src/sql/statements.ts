// Every statement that the core sends. Parameters are named, `$name`. What the planner makes of each is asserted by
// test/adapters/sqlite/query-plans.test.ts: one that is not here cannot be sent.

const HEAD_COLUMNS = `a.id, a.name, a.type, a.rev, a.next_n, a.floor_n, a.latest_n, a.description, a.created_at,
  v.digest AS latest_digest, v.op_id AS latest_op_id`

const HEADS = `SELECT ${HEAD_COLUMNS} FROM artifacts AS a
  LEFT JOIN versions AS v ON v.artifact_id = a.id AND v.n = a.latest_n`

const VERSION_COLUMNS = `n, digest, op_id, supersede, aliases, run_project, run_id, run_name, draft_id, draft_round,
  derived_project, derived_artifact, derived_n, created_at, size_bytes, file_count, metadata, metadata_digest,
  description, deleted`

const VERSIONS = `SELECT ${VERSION_COLUMNS} FROM versions WHERE artifact_id = $artifact`

const PART_COLUMNS = `op_id, run_project, run_id, run_name, manifest, at, type, metadata, metadata_digest, description`

const ROUND = `(SELECT id FROM draft_rounds
  WHERE project = $project AND artifact = $artifact AND draft_id = $draft AND round = $round)`

/** Name → SQL. The name says what is asked; an adapter prepares each once. */
export const STATEMENTS = {
  head: `${HEADS} WHERE a.project = $project AND a.name = $name`,
  aliases: 'SELECT name, n FROM aliases WHERE artifact_id = $artifact ORDER BY name',
  appliedOperations:
    'SELECT rev, op_id, result_n, result FROM applied_operations WHERE artifact_id = $artifact ORDER BY rev DESC',
  version: `${VERSIONS} AND n = $n`,
  newestWithDigest: `SELECT n FROM versions WHERE artifact_id = $artifact AND digest = $digest ORDER BY n DESC LIMIT 1`,
  liveVersionsUp: `${VERSIONS} AND n >= $from AND n < $before AND deleted = 0 ORDER BY n LIMIT $limit`,
  liveVersionsDown: `${VERSIONS} AND n >= $from AND n < $before AND deleted = 0 ORDER BY n DESC LIMIT $limit`,
  allVersions: `${VERSIONS} AND n >= $from AND n < $before ORDER BY n`,
  moves: `SELECT rev, alias, from_n, to_n, at, op_id, run_project, run_id, run_name FROM moves
  WHERE artifact_id = $artifact ORDER BY rev, alias`,

  addProject: 'INSERT INTO projects (name, created_at) VALUES ($name, $at) ON CONFLICT DO NOTHING',
  addArtifact: `INSERT INTO artifacts (project, name, type, rev, next_n, floor_n, latest_n, description, created_at)
  VALUES ($project, $name, $type, $rev, $next, $floor, NULL, $description, $at) RETURNING id`,
  changeArtifact: `UPDATE artifacts
  SET rev = $rev, next_n = $next, floor_n = $floor, latest_n = $latest, description = $description
  WHERE id = $artifact`,
  addVersion: `INSERT INTO versions (artifact_id, ${VERSION_COLUMNS})
  VALUES ($artifact, $n, $digest, $opId, $supersede, $aliases, $runProject, $runId, $runName, $draft, $round,
    $derivedProject, $derivedArtifact, $derivedN, $at, $sizeBytes, $fileCount, $metadata, $metadataDigest,
    $description, 0)`,
  endVersion: 'UPDATE versions SET deleted = 1 WHERE artifact_id = $artifact AND n = $n',
  setAlias: `INSERT INTO aliases (artifact_id, name, n) VALUES ($artifact, $name, $n)
  ON CONFLICT (artifact_id, name) DO UPDATE SET n = excluded.n`,
  removeAlias: 'DELETE FROM aliases WHERE artifact_id = $artifact AND name = $name',
  addMove: `INSERT INTO moves (artifact_id, rev, alias, from_n, to_n, at, op_id, run_project, run_id, run_name)
  VALUES ($artifact, $rev, $alias, $from, $to, $at, $opId, $runProject, $runId, $runName)`,
  addAppliedOperation: `INSERT INTO applied_operations (artifact_id, rev, op_id, result_n, result)
  VALUES ($artifact, $rev, $opId, $n, $result)`,
  forgetAppliedOperations: 'DELETE FROM applied_operations WHERE artifact_id = $artifact AND rev <= $rev',

  projects: 'SELECT name, created_at FROM projects WHERE name > $after ORDER BY name LIMIT $limit',
  artifacts: `${HEADS} WHERE a.project = $project AND a.name > $after AND a.latest_n IS NOT NULL
  ORDER BY a.name LIMIT $limit`,
  artifactsOfType: `${HEADS} WHERE a.project = $project AND a.type = $type AND a.name > $after AND a.latest_n IS NOT NULL
  ORDER BY a.name LIMIT $limit`,

  metadataEdit: `SELECT e.n, e.metadata, e.metadata_digest, e.at, e.run_project, e.run_id, e.run_name
  FROM metadata_edits AS e JOIN artifacts AS a ON a.id = e.artifact_id
  WHERE a.project = $project AND a.name = $name AND e.n = $n`,
  metadataEdits: `SELECT n, metadata, metadata_digest, at, run_project, run_id, run_name FROM metadata_edits
  WHERE artifact_id = $artifact AND n >= $from AND n < $before ORDER BY n LIMIT $limit`,
  setMetadata: `INSERT INTO metadata_edits (artifact_id, n, metadata, metadata_digest, at, run_project, run_id, run_name)
  VALUES ($artifact, $n, $metadata, $metadataDigest, $at, $runProject, $runId, $runName)
  ON CONFLICT (artifact_id, n) DO UPDATE SET metadata = excluded.metadata, metadata_digest = excluded.metadata_digest,
    at = excluded.at, run_project = excluded.run_project, run_id = excluded.run_id, run_name = excluded.run_name`,

  layout: 'SELECT id FROM layouts WHERE project = $project AND manifest = $manifest',
  layoutBlobs: 'SELECT digest, pack, offset_bytes, size_bytes FROM layout_blobs WHERE layout_id = $layout',
  forgetLayout: 'DELETE FROM layouts WHERE project = $project AND manifest = $manifest',
  addLayout: 'INSERT INTO layouts (project, manifest) VALUES ($project, $manifest) RETURNING id',
  addLayoutBlob: `INSERT INTO layout_blobs (layout_id, digest, pack, offset_bytes, size_bytes)
  VALUES ($layout, $digest, $pack, $offset, $sizeBytes)`,

  runs: `SELECT project, id, name, group_name, config, created_at FROM runs
  WHERE project = $project AND id > $after ORDER BY id LIMIT $limit`,
  run: 'SELECT project, id, name, group_name, config, created_at FROM runs WHERE project = $project AND id = $id',
  addRun: `INSERT INTO runs (project, id, name, group_name, config, created_at)
  VALUES ($project, $id, $name, $group, $config, $at) ON CONFLICT DO NOTHING`,
  runEnd: 'SELECT at FROM run_ends WHERE project = $project AND run_id = $id',
  addRunEnd: 'INSERT INTO run_ends (project, run_id, at) VALUES ($project, $id, $at) ON CONFLICT DO NOTHING',

  addEdge: `INSERT INTO edges (project, artifact, n, kind, run_project, run_id, run_name, at, op_id)
  VALUES ($project, $artifact, $n, $kind, $runProject, $runId, $runName, $at, $opId) ON CONFLICT DO NOTHING`,
  edgesOfVersion: `SELECT kind, run_project, run_id, run_name FROM edges
  WHERE project = $project AND artifact = $artifact AND n = $n ORDER BY kind, run_project, run_id`,
  derivedFrom: `SELECT a.project, a.name AS artifact, v.n FROM versions AS v JOIN artifacts AS a ON a.id = v.artifact_id
  WHERE v.derived_project = $project AND v.derived_artifact = $artifact AND v.derived_n = $n
  ORDER BY v.artifact_id, v.n`,
  edgesOfRun: `SELECT kind, project, artifact, n FROM edges
  WHERE run_project = $project AND run_id = $id ORDER BY kind, project, artifact, n`,
  versionsOfRun: `SELECT a.project, a.name AS artifact, v.n FROM versions AS v JOIN artifacts AS a ON a.id = v.artifact_id
  WHERE v.run_project = $project AND v.run_id = $id ORDER BY v.artifact_id, v.n`,
  finishedWithRun: `SELECT r.project, r.artifact, e.n FROM draft_parts AS p
  JOIN draft_rounds AS r ON r.id = p.round_id JOIN draft_results AS e ON e.round_id = p.round_id
  WHERE p.run_project = $project AND p.run_id = $id AND p.counted = 1 AND e.n IS NOT NULL`,

  addRound: `INSERT INTO draft_rounds (project, artifact, draft_id, round)
  VALUES ($project, $artifact, $draft, $round) ON CONFLICT DO NOTHING`,
  newestRound: `SELECT round FROM draft_rounds WHERE project = $project AND artifact = $artifact AND draft_id = $draft
  ORDER BY round DESC LIMIT 1`,
  drafts: `SELECT DISTINCT draft_id FROM draft_rounds
  WHERE project = $project AND artifact = $artifact AND draft_id > $after ORDER BY draft_id LIMIT $limit`,
  addPart: `INSERT INTO draft_parts (round_id, ${PART_COLUMNS}, counted)
  VALUES (${ROUND}, $opId, $runProject, $runId, $runName, $manifest, $at, $type, $metadata, $metadataDigest,
    $description, 0) ON CONFLICT DO NOTHING`,
  parts: `SELECT op_id FROM draft_parts WHERE round_id = ${ROUND} ORDER BY op_id`,
  countedParts: `SELECT op_id FROM draft_parts WHERE round_id = ${ROUND} AND counted = 1 ORDER BY op_id`,
  countPart: `UPDATE draft_parts SET counted = 1 WHERE round_id = ${ROUND} AND op_id = $opId`,
  part: `SELECT ${PART_COLUMNS} FROM draft_parts WHERE round_id = ${ROUND} AND op_id = $opId`,
  fact: `SELECT body FROM draft_facts WHERE round_id = ${ROUND} AND kind = $kind`,
  addFact: `INSERT INTO draft_facts (round_id, kind, body) VALUES (${ROUND}, $kind, $body) ON CONFLICT DO NOTHING`,
  result: `SELECT n, aliases FROM draft_results WHERE round_id = ${ROUND}`,
  addResult: `INSERT INTO draft_results (round_id, n, aliases) VALUES (${ROUND}, $n, $aliases) ON CONFLICT DO NOTHING`,

  collection: 'SELECT epoch, state FROM collections WHERE project = $project',
  condemnedBlobs: 'SELECT name FROM condemned_blobs WHERE project = $project',
} as const satisfies Readonly<Record<string, string>>

/** The name of a statement. */
export type Statement = keyof typeof STATEMENTS
