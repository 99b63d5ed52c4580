import type { Migration } from "../os/migrate.ts"
import { marksOfAll } from "./marks-sql.ts"

/** Whether a node of the second kind follows on one of the first as it should. */
const PAIRS = "VALUES ('goal', 'option'), ('decision', 'action'), ('action', 'outcome')"

/** The node of `graph_nodes` that is followed as it should be by the edge: it points at what follows, or what follows requires it. */
const isFollowed = (
  edge: "new" | "old"
): string => `key = CASE ${edge}.type WHEN 'requires' THEN ${edge}.target ELSE ${edge}.source END AND ${edge}.type <> 'supersedes'
  AND (kind, (SELECT kind FROM graph_nodes WHERE key = CASE ${edge}.type WHEN 'requires' THEN ${edge}.source ELSE ${edge}.target END)) IN (${PAIRS})`

const followsAnew = (condition: string): string =>
  `UPDATE graph_nodes SET follows =
    (SELECT count(*) FROM graph_edges e JOIN graph_nodes o ON o.key = e.target WHERE e.source = graph_nodes.key AND e.type NOT IN ('requires', 'supersedes') AND (graph_nodes.kind, o.kind) IN (${PAIRS}))
    + (SELECT count(*) FROM graph_edges e JOIN graph_nodes o ON o.key = e.source WHERE e.target = graph_nodes.key AND e.type = 'requires' AND (graph_nodes.kind, o.kind) IN (${PAIRS}))
    WHERE ${condition}`

/**
 * The tables of the graph, version by version. A version that was released is never changed; a new one is added below it.
 * `rank` of a node is lower than that of every node it leads to over an edge that orders (`ordering` = 1): that is what keeps cycles out.
 * `graph_marks`: the weak node `source` makes `node` uncertain, which is `depth` edges away.
 */
export const GRAPH_TABLES: readonly Migration[] = [
  [
    "CREATE TABLE graph_projects (key INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT",
    `CREATE TABLE graph_nodes (
      key INTEGER PRIMARY KEY,
      project INTEGER NOT NULL,
      id TEXT NOT NULL,
      kind TEXT NOT NULL,
      title TEXT NOT NULL,
      description TEXT NOT NULL,
      status TEXT NOT NULL,
      confidence INTEGER,
      origin TEXT NOT NULL,
      author TEXT,
      session TEXT,
      event INTEGER,
      files TEXT NOT NULL,
      "commit" TEXT,
      branch TEXT,
      keeper TEXT,
      created INTEGER NOT NULL,
      changed INTEGER NOT NULL,
      rank INTEGER NOT NULL,
      UNIQUE (project, id)
    ) STRICT`,
    "CREATE INDEX graph_nodes_kind ON graph_nodes (project, kind, status, created)",
    "CREATE INDEX graph_nodes_status ON graph_nodes (project, status, created)",
    "CREATE INDEX graph_nodes_created ON graph_nodes (project, created)",
    "CREATE INDEX graph_nodes_session ON graph_nodes (project, session, created)",
    `CREATE TABLE graph_edges (
      key INTEGER PRIMARY KEY,
      project INTEGER NOT NULL,
      id TEXT NOT NULL,
      source INTEGER NOT NULL,
      target INTEGER NOT NULL,
      type TEXT NOT NULL,
      ordering INTEGER NOT NULL,
      reason TEXT NOT NULL,
      created INTEGER NOT NULL,
      UNIQUE (project, id),
      UNIQUE (source, target, type),
      CHECK (source <> target)
    ) STRICT`,
    "CREATE INDEX graph_edges_target ON graph_edges (target)",
    `CREATE TABLE graph_aside (
      project INTEGER NOT NULL,
      id TEXT NOT NULL,
      source TEXT NOT NULL,
      target TEXT NOT NULL,
      type TEXT NOT NULL,
      reason TEXT NOT NULL,
      created INTEGER NOT NULL,
      PRIMARY KEY (project, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE graph_tombstones (
      project INTEGER NOT NULL,
      "of" TEXT NOT NULL,
      id TEXT NOT NULL,
      removed INTEGER NOT NULL,
      PRIMARY KEY (project, "of", id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE VIRTUAL TABLE graph_words USING fts5 (project, title, description, content = 'graph_nodes', content_rowid = 'key', tokenize = 'unicode61')`,
    `CREATE TRIGGER graph_words_in AFTER INSERT ON graph_nodes BEGIN
      INSERT INTO graph_words (rowid, project, title, description) VALUES (new.key, new.project, new.title, new.description);
    END`,
    `CREATE TRIGGER graph_words_out AFTER DELETE ON graph_nodes BEGIN
      INSERT INTO graph_words (graph_words, rowid, project, title, description) VALUES ('delete', old.key, old.project, old.title, old.description);
    END`,
    `CREATE TRIGGER graph_words_change AFTER UPDATE OF title, description ON graph_nodes BEGIN
      INSERT INTO graph_words (graph_words, rowid, project, title, description) VALUES ('delete', old.key, old.project, old.title, old.description);
      INSERT INTO graph_words (rowid, project, title, description) VALUES (new.key, new.project, new.title, new.description);
    END`
  ],
  [
    "CREATE INDEX graph_nodes_weak ON graph_nodes (project, created) WHERE status = 'active' AND confidence < 50",
    "CREATE INDEX graph_nodes_commit ON graph_nodes (project, \"commit\", created) WHERE \"commit\" IS NOT NULL"
  ],
  // What recorded itself is soon the most of it, and never what is asked for first.
  [
    "CREATE INDEX graph_nodes_said_kind ON graph_nodes (project, kind, status, created) WHERE origin <> 'auto'",
    "CREATE INDEX graph_nodes_said ON graph_nodes (project, status, created) WHERE origin <> 'auto'"
  ],
  [
    "DROP INDEX graph_edges_target",
    "CREATE INDEX graph_edges_back ON graph_edges (target, type, source)",
    `CREATE TABLE graph_marks (
      project INTEGER NOT NULL,
      source INTEGER NOT NULL,
      node INTEGER NOT NULL,
      depth INTEGER NOT NULL,
      PRIMARY KEY (source, node)
    ) STRICT, WITHOUT ROWID`,
    "CREATE INDEX graph_marks_node ON graph_marks (node, source, depth)",
    "CREATE INDEX graph_nodes_pulse ON graph_nodes (project, status, kind, confidence, origin, changed, created, id)",
    "CREATE INDEX graph_marks_project ON graph_marks (project)",
    marksOfAll("true")
  ],
  // How many edges a node has, and how many come from it to what should follow: so that the pulse need not look at every edge.
  [
    "DROP INDEX graph_marks_project",
    "ALTER TABLE graph_nodes ADD COLUMN degree INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE graph_nodes ADD COLUMN follows INTEGER NOT NULL DEFAULT 0",
    `UPDATE graph_nodes SET degree = (SELECT count(*) FROM graph_edges WHERE source = graph_nodes.key) + (SELECT count(*) FROM graph_edges WHERE target = graph_nodes.key)`,
    followsAnew("true"),
    "CREATE INDEX graph_nodes_orphans ON graph_nodes (project, status, created, id) WHERE degree = 0",
    "CREATE INDEX graph_nodes_gaps ON graph_nodes (project, kind, status, created, id) WHERE follows = 0 AND kind IN ('goal', 'decision', 'action')",
    `CREATE TRIGGER graph_edges_in AFTER INSERT ON graph_edges BEGIN
      UPDATE graph_nodes SET degree = degree + 1 WHERE key IN (new.source, new.target);
      UPDATE graph_nodes SET follows = follows + 1 WHERE ${isFollowed("new")};
    END`,
    `CREATE TRIGGER graph_edges_out AFTER DELETE ON graph_edges BEGIN
      UPDATE graph_nodes SET degree = degree - 1 WHERE key IN (old.source, old.target);
      UPDATE graph_nodes SET follows = follows - 1 WHERE ${isFollowed("old")};
    END`,
    `CREATE TRIGGER graph_nodes_kind_change AFTER UPDATE OF kind ON graph_nodes WHEN old.kind <> new.kind BEGIN
      ${followsAnew("key = new.key OR key IN (SELECT source FROM graph_edges WHERE target = new.key) OR key IN (SELECT target FROM graph_edges WHERE source = new.key)")};
    END`
  ],
  // How often a graph was changed; which texts it holds wholly, by their hashes, so that none is joined twice; and what files hold of it since which change.
  [
    "ALTER TABLE graph_projects ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
    `CREATE TABLE graph_texts (
      key INTEGER PRIMARY KEY,
      project INTEGER NOT NULL,
      hash TEXT NOT NULL,
      UNIQUE (project, hash)
    ) STRICT`,
    `CREATE TABLE graph_files (
      project INTEGER NOT NULL,
      file TEXT NOT NULL,
      part TEXT NOT NULL,
      changes INTEGER NOT NULL,
      hash TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      nodes INTEGER NOT NULL,
      edges INTEGER NOT NULL,
      PRIMARY KEY (project, file)
    ) STRICT, WITHOUT ROWID`
  ],
  // How a file looked when it was last looked into.
  [
    `CREATE TABLE graph_looks (
      project INTEGER NOT NULL,
      file TEXT NOT NULL,
      mark TEXT NOT NULL,
      PRIMARY KEY (project, file)
    ) STRICT, WITHOUT ROWID`
  ]
]
