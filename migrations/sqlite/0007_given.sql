-- An answer that a dry run was given and a person accepted, as JSON: it is taken if the prompt is still the same.
ALTER TABLE thoughts ADD COLUMN given TEXT;
