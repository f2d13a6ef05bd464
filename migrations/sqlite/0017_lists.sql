-- For those who look in: the thoughts of a rule, and where a file was moved to, without passing all there are.
CREATE INDEX thoughts_by_rule ON thoughts (rule, seq);
CREATE INDEX events_moved ON events (json_extract(data, '$.from'), seq) WHERE kind = 'moved';
