-- What a pupil and their legal guardians read. A row is one version of an entry or of a homework, written once; a withdrawal is a
-- version with nothing in it, released at once. Of each, a reader sees the last written among those released.
-- Columns of fixed width that are never null come first: the server finds them without looking at those before.

create table textbook (
    textbook uuid primary key,
    school uuid not null,
    group_id uuid not null,
    year smallint not null,
    subject text not null
);

create table entry_version (
    textbook uuid not null,
    entry uuid not null,
    school uuid not null,
    group_id uuid not null,
    version bigint not null,             -- place in the stream
    date date not null,
    revision integer not null,           -- 1 is the first text
    starts_at time not null,
    ended_at timestamptz not null,
    visible_from timestamptz not null,
    minutes integer not null,
    withdrawn boolean not null,
    slot uuid,                           -- none: outside the timetable
    subject text not null,
    author text not null,
    content text check (content <> ''),  -- sealed; none: forgotten, or withdrawn
    framing text check (framing <> ''),  -- sealed; none: it names no sequence and no item of the programme
    resources text not null check (resources <> '')
);

create table homework_version (
    textbook uuid not null,
    homework uuid not null,              -- named by a client: a key within its textbook only
    school uuid not null,
    group_id uuid not null,
    given_entry uuid not null,           -- the entry of the lesson it was given in, written or not
    version bigint not null,
    due_on date not null,
    given_on date not null,
    given_at time not null,
    given_ended_at timestamptz not null,
    visible_from timestamptz not null,
    revision integer not null,
    given_minutes integer not null,
    withdrawn boolean not null,
    written boolean not null,
    given_slot uuid,
    due_slot uuid,
    due_at time,
    estimate integer,                    -- minutes
    audience uuid[] check (audience <> '{}'), -- the pupils it is for; none: the whole group
    kind text not null,
    subject text not null,
    author text not null,
    content text check (content <> ''),
    resources text not null check (resources <> '')
);

-- Nobody asks for a row by these: their values are not counted.
alter table entry_version
    alter column revision set statistics 0, alter column ended_at set statistics 0,
    alter column minutes set statistics 0, alter column slot set statistics 0, alter column subject set statistics 0,
    alter column author set statistics 0, alter column content set statistics 0, alter column framing set statistics 0,
    alter column resources set statistics 0;
alter table homework_version
    alter column given_entry set statistics 0, alter column given_at set statistics 0,
    alter column given_ended_at set statistics 0, alter column revision set statistics 0,
    alter column given_minutes set statistics 0, alter column written set statistics 0, alter column given_slot set statistics 0,
    alter column estimate set statistics 0, alter column kind set statistics 0,
    alter column subject set statistics 0, alter column author set statistics 0, alter column content set statistics 0,
    alter column resources set statistics 0;
