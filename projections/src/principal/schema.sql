-- What a head follows: which lessons are written and how soon, and how much work falls on a day. No text at all, but the ids of those whom a work for part of a group is for. Room is left in
-- each page: a row that changes stays there, and no index is told unless the day of a work moves.

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
    subject text not null,
    slot uuid,                           -- none: outside the timetable
    date date not null,
    starts_at time not null,
    author text not null,                -- of the first text
    delay bigint not null,               -- seconds from the end of the lesson to its first text; negative: written ahead
    first_recorded_at timestamptz not null,
    withdrawn boolean not null,
    primary key (textbook, entry)
) with (fillfactor = 80);

create table work (
    textbook uuid not null,
    homework uuid not null,
    school uuid not null,
    group_id uuid not null,
    subject text not null,
    given_on date not null,
    due_on date not null,
    due_slot uuid,                       -- none: due for a day
    due_at time,
    kind text not null,
    estimate integer,                    -- minutes
    written boolean not null,
    audience text check (audience <> ''),    -- the pupils it is for, as an array's text; none: the whole group
    withdrawn boolean not null,
    primary key (textbook, homework)
) with (fillfactor = 80);
