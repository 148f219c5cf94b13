-- What a head follows: which lessons are written and how soon, and how much work falls on a day. No text at all, but the ids of those whom a work for part of a group is for. Room is left in
-- each page: a row that changes stays there, and no index is told unless the day of a work moves.
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
    entry uuid not null,
    school uuid not null,
    group_id uuid not null,
    delay bigint not null,               -- seconds from the end of the lesson to its first text; negative: written ahead
    first_recorded_at timestamptz not null,
    starts_at time not null,
    date date not null,
    withdrawn boolean not null,
    slot uuid,                           -- none: outside the timetable
    subject text not null,
    author text not null,                -- of the first text
    primary key (textbook, entry)
) with (fillfactor = 80);

create table work (
    textbook uuid not null,
    homework uuid not null,
    school uuid not null,
    group_id uuid not null,
    due_on date not null,
    given_on date not null,
    written boolean not null,
    withdrawn boolean not null,
    due_slot uuid,                       -- none: due for a day
    due_at time,
    estimate integer,                    -- minutes
    audience text check (audience <> ''), -- the pupils it is for, as an array's text; none: the whole group
    kind text not null,
    subject text not null,
    primary key (textbook, homework)
) with (fillfactor = 80);

-- Nobody asks for a row by these: their values are not counted.
alter table lesson
    alter column delay set statistics 0, alter column first_recorded_at set statistics 0, alter column starts_at set statistics 0,
    alter column subject set statistics 0, alter column author set statistics 0;
alter table work
    alter column written set statistics 0, alter column due_slot set statistics 0, alter column due_at set statistics 0,
    alter column estimate set statistics 0, alter column audience set statistics 0, alter column subject set statistics 0;
