-- What a person asked for is claimed whatever a rule's manners say of the hour: found without passing all that waits.
CREATE INDEX thoughts_asked ON thoughts (version, rank, seq) WHERE state = 'ready' AND priority = 0;
