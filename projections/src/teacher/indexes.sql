-- What reading needs. Filling the empty tables of a rebuild does without, so these come after it.

create index if not exists lesson_by_textbook_and_date on lesson (textbook, date);
create index if not exists lesson_by_group_id_and_date on lesson (group_id, date);
create index if not exists lesson_by_school_and_date on lesson (school, date);
create index if not exists task_by_textbook_and_given_on on task (textbook, given_on);
create index if not exists task_by_group_id_and_given_on on task (group_id, given_on);
create index if not exists task_by_school_and_given_on on task (school, given_on);
