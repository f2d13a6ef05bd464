-- What waits for a person about one subject: a newer thought about it takes its place.
CREATE INDEX outputs_waiting ON outputs (rule, subject) WHERE state = 'proposed';
