-- What reading needs. Filling the empty tables of a rebuild does without, so these come after it.

create index if not exists lesson_by_textbook_and_date on lesson (textbook, date);
create index if not exists lesson_by_group_id_and_date on lesson (group_id, date);
create index if not exists lesson_by_school_and_date on lesson (school, date);
create index if not exists work_by_textbook_and_due_on on work (textbook, due_on);
create index if not exists work_by_group_id_and_due_on on work (group_id, due_on);
create index if not exists work_by_school_and_due_on on work (school, due_on);
