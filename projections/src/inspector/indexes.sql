-- What reading needs. Filling the empty tables of a rebuild does without, so these come after it.

create unique index if not exists version_key on version (textbook, version);
create index if not exists version_by_item on version (textbook, sort, id, version);
create index if not exists version_by_textbook_and_date on version (textbook, date);
create index if not exists version_by_group_id_and_date on version (group_id, date);
create index if not exists version_by_school_and_date on version (school, date);
