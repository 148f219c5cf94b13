-- What a teacher finds in their textbooks: each lesson and each work as they stand, withdrawn ones included. Room is left in
-- each page: a row that changes stays there, and no index is told.
-- Columns of fixed width that are never null come first: the server finds them without looking at those before.

create table textbook (
    textbook uuid primary key,
    school uuid not null,
    group_id uuid not null,
    year smallint not null,
    subject text not null
);

create table lesson (
    textbook uuid not null,
    entry uuid not null,                 -- named by the slot, or the hour outside the timetable, and the date
    school uuid not null,
    group_id uuid not null,
    version bigint not null,
    date date not null,
    revision integer not null,
    starts_at time not null,
    ended_at timestamptz not null,
    recorded_at timestamptz not null,
    first_recorded_at timestamptz not null,
    visible_from timestamptz not null,
    minutes integer not null,
    withdrawn boolean not null,
    slot uuid,
    subject text not null,
    author text not null,
    capacity text not null,
    content text check (content <> ''),  -- sealed; none: forgotten
    framing text check (framing <> ''),  -- sealed; none: it names no sequence and no item of the programme
    resources text not null check (resources <> ''),
    primary key (textbook, entry)
) with (fillfactor = 80);

create table task (
    textbook uuid not null,
    homework uuid not null,
    school uuid not null,
    group_id uuid not null,
    given_entry uuid not null,
    version bigint not null,
    due_on date not null,
    given_on date not null,
    given_at time not null,
    given_ended_at timestamptz not null,
    recorded_at timestamptz not null,
    first_recorded_at timestamptz not null,
    visible_from timestamptz not null,
    revision integer not null,
    given_minutes integer not null,
    withdrawn boolean not null,
    written boolean not null,
    given_slot uuid,
    due_slot uuid,
    due_at time,
    estimate integer,
    audience text check (audience <> ''), -- the pupils it is for, as an array's text; none: the whole group
    kind text not null,
    subject text not null,
    author text not null,
    capacity text not null,
    content text check (content <> ''),
    resources text not null check (resources <> ''),
    primary key (textbook, homework)
) with (fillfactor = 80);

-- Nobody asks for a row by these: their values are not counted.
alter table lesson
    alter column version set statistics 0, alter column revision set statistics 0, alter column ended_at set statistics 0,
    alter column recorded_at set statistics 0, alter column first_recorded_at set statistics 0,
    alter column visible_from set statistics 0, alter column minutes set statistics 0, alter column subject set statistics 0,
    alter column author set statistics 0, alter column capacity set statistics 0, alter column content set statistics 0,
    alter column framing set statistics 0, alter column resources set statistics 0;
alter table task
    alter column given_entry set statistics 0, alter column version set statistics 0,
    alter column given_ended_at set statistics 0, alter column recorded_at set statistics 0,
    alter column first_recorded_at set statistics 0, alter column visible_from set statistics 0,
    alter column revision set statistics 0, alter column given_minutes set statistics 0, alter column written set statistics 0,
    alter column due_slot set statistics 0, alter column due_at set statistics 0, alter column estimate set statistics 0,
    alter column audience set statistics 0, alter column kind set statistics 0, alter column subject set statistics 0,
    alter column author set statistics 0, alter column capacity set statistics 0, alter column content set statistics 0,
    alter column resources set statistics 0;
