-- What a teacher finds in their textbooks: each lesson and each work as they stand, withdrawn ones included. Room is left in
-- each page: a row that changes stays there, and no index is told.

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
    subject text not null,
    slot uuid,
    date date not null,
    starts_at time not null,
    minutes integer not null,
    ended_at timestamptz not null,
    withdrawn boolean not null,
    revision integer not null,
    version bigint not null,
    content text check (content <> ''),      -- sealed; none: forgotten
    framing text check (framing <> ''),      -- sealed; none: it names no sequence and no item of the programme
    resources text not null check (resources <> ''),
    author text not null,
    capacity text not null,
    recorded_at timestamptz not null,
    first_recorded_at timestamptz not null,
    visible_from timestamptz not null,
    primary key (textbook, entry)
) with (fillfactor = 80);

create table task (
    textbook uuid not null,
    homework uuid not null,
    school uuid not null,
    group_id uuid not null,
    subject text not null,
    given_entry uuid not null,
    given_slot uuid,
    given_on date not null,
    given_at time not null,
    given_minutes integer not null,
    given_ended_at timestamptz not null,
    due_on date not null,
    due_slot uuid,
    due_at time,
    kind text not null,
    estimate integer,
    written boolean not null,
    audience text check (audience <> ''),    -- the pupils it is for, as an array's text; none: the whole group
    withdrawn boolean not null,
    revision integer not null,
    version bigint not null,
    content text check (content <> ''),
    resources text not null check (resources <> ''),
    author text not null,
    capacity text not null,
    recorded_at timestamptz not null,
    first_recorded_at timestamptz not null,
    visible_from timestamptz not null,
    primary key (textbook, homework)
) with (fillfactor = 80);

-- Nobody asks for a row by its texts: their values are not counted.
alter table lesson alter column content set statistics 0, alter column framing set statistics 0, alter column resources set statistics 0;
alter table task alter column content set statistics 0, alter column resources set statistics 0;
