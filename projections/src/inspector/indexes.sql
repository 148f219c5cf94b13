-- What reading needs. Filling the empty tables of a rebuild does without, so these come after it. Each costs every version a
-- write: a textbook is read whole by the first column of its key.

create unique index if not exists version_key on version (textbook, sort, id, version);
create index if not exists version_by_group_id_and_date on version (group_id, date);
create index if not exists version_by_school_and_date on version (school, date);
