-- Only a claim asks which rule and subject is being worked on, and only about these two states: with the others in
-- it, each of a thought's steps touched the index twice, a quarter of what its rows cost [measured].
DROP INDEX thoughts_open;
CREATE INDEX thoughts_open ON thoughts (rule, subject) WHERE state IN ('running', 'answered');

-- Thoughts that were under way when a process died are claimed one at a time.
CREATE INDEX thoughts_suspected ON thoughts (version, rank, seq) WHERE state = 'ready' AND crashes > 0;
