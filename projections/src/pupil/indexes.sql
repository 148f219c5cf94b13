-- What reading needs. Filling the empty tables of a rebuild does without, so these come after it. Each costs every version a
-- write: a textbook is read whole by the first column of its key.

create unique index if not exists entry_version_key on entry_version (textbook, entry, version);
create index if not exists entry_version_by_group_id_and_date on entry_version (group_id, date);
create index if not exists entry_version_by_school_and_date on entry_version (school, date);
create unique index if not exists homework_version_key on homework_version (textbook, homework, version);
create index if not exists homework_version_by_group_id_and_due_on on homework_version (group_id, due_on);
create index if not exists homework_version_by_school_and_due_on on homework_version (school, due_on);
create index if not exists homework_version_by_group_id_and_given_on on homework_version (group_id, given_on);
create index if not exists homework_version_by_school_and_given_on on homework_version (school, given_on);
