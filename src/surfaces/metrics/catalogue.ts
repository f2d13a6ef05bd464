/** Every metric but for its prefix: what it is, its labels, and its help. The docs list the same. */
export const METRICS = {
  build_info: gauge('Always 1; the version of the daemon and of Node.', 'version', 'node'),
  start_time_seconds: gauge('When the daemon started, in seconds since the epoch.'),
  uptime_seconds: gauge('For how long it has been running.'),
  ready: gauge('1 once every root was scanned once since the start.'),
  resident_memory_bytes: gauge('Memory of the process.'),
  cpu_seconds_total: counter('Processor time of the process.'),
  event_loop_delay_seconds: gauge('How late the event loop turned since the start.', 'statistic'),
  configuration_problems: gauge('What is wrong in the configuration and the rules.'),
  rules: gauge('Rules in force.'),

  thoughts: gauge('Thoughts in each state.', 'state'),
  thoughts_ended_total: counter('Thoughts that ended, by rule and by how.', 'rule', 'state'),
  oldest_ready_age_seconds: gauge('How long ago the oldest ready thought was made; 0 where none is ready.'),
  oldest_running_age_seconds: gauge('For how long the oldest running thought has run; 0 where none runs.'),
  proposals_waiting: gauge('Outputs that wait for a person.'),
  oldest_proposal_age_seconds: gauge('For how long the oldest of them has waited; 0 where none does.'),
  holds: gauge(
    'Why ready thoughts are not claimed now; the names of providers and rules only.',
    'what',
    'name',
  ),
  held_thoughts: gauge('Thoughts that wait because of these holds.', 'what', 'name'),

  events_total: counter('What was perceived, by sense.', 'sense'),
  sense_state: gauge('1 for the state that a sense is in.', 'sense', 'state'),
  root_state: gauge(
    '1 for the state that a root is in; roots are numbered as status lists them.',
    'root',
    'state',
  ),
  watched_files: gauge('Files in the index of a root.', 'root'),
  watched_directories: gauge('Folders in the index of a root.', 'root'),
  watches: gauge('Watches that a root takes.', 'root'),
  pending_changes: gauge('Changes beneath a root that are perceived and not journaled yet.', 'root'),

  provider_state: gauge('1 for the state that a provider is in.', 'provider', 'state'),
  provider_slots: gauge('Calls that a provider takes at once.', 'provider'),
  provider_busy_slots: gauge('Calls under way at a provider.', 'provider'),
  attempts_total: counter('Attempts that ended, by how.', 'provider', 'model', 'outcome'),
  tokens_total: counter(
    'Tokens that attempts read (input) and wrote (output).',
    'provider',
    'model',
    'direction',
  ),
  first_token_seconds: histogram('Time until the first token of an attempt.', 'provider', 'model'),
  attempt_duration_seconds: histogram('Time of the calls of an attempt.', 'provider', 'model'),
  budget_used_tokens: gauge('Tokens used of the budget of today.', 'provider'),
  budget_used_money: gauge('Money used of the budget of today, in the currency of its prices.', 'provider'),
  budget_used_calls: gauge('Calls made on the budget of today.', 'provider'),

  outputs_total: counter('Outputs that came to a state, by kind.', 'kind', 'state'),

  database_size_bytes: gauge('Size of the database.'),
  database_journal_bytes: gauge('Size of its write-ahead journal.'),
  databases_quarantined: gauge('Damaged databases that are kept.'),
  backups: gauge('Verified backups of the database.'),
  backups_size_bytes: gauge('Size of all backups.'),
  backup_age_seconds: gauge('How old the newest backup is; absent before the first.'),
  backup_failed: gauge('1 where the last backup was not made.'),
  retention_waiting: gauge(
    'Rows and texts that are old enough to go, as of the last pass; absent before it.',
  ),
  retention_removed_total: counter('Rows and texts that retention has taken.'),
} as const;

export type MetricName = keyof typeof METRICS;

/** What stands before each name. */
export const PREFIX = 'consciousness_';

/** Seconds; a model on a laptop may take minutes. */
export const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;

interface Metric<Type extends string> {
  type: Type;
  help: string;
  labels: readonly string[];
}

function gauge(help: string, ...labels: string[]): Metric<'gauge'> {
  return { type: 'gauge', help, labels };
}

function counter(help: string, ...labels: string[]): Metric<'counter'> {
  return { type: 'counter', help, labels };
}

function histogram(help: string, ...labels: string[]): Metric<'histogram'> {
  return { type: 'histogram', help, labels };
}
