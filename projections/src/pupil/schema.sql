-- What a pupil and their legal guardians read. A row is one version of an entry or of a homework, written once; a withdrawal is a
-- version with nothing in it, released at once. Of each, a reader sees the last written among those released.

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
    version bigint not null,             -- place in the stream
    revision integer not null,           -- 1 is the first text
    school uuid not null,
    group_id uuid not null,
    subject text not null,
    slot uuid,                           -- none: outside the timetable
    date date not null,
    starts_at time not null,
    minutes integer not null,
    ended_at timestamptz not null,
    withdrawn boolean not null,
    content text check (content <> ''),      -- sealed; none: forgotten, or withdrawn
    framing text check (framing <> ''),      -- sealed; none: it names no sequence and no item of the programme
    resources text not null check (resources <> ''),
    author text not null,
    visible_from timestamptz not null
);

create table homework_version (
    textbook uuid not null,
    homework uuid not null,              -- named by a client: a key within its textbook only
    version bigint not null,
    revision integer not null,
    school uuid not null,
    group_id uuid not null,
    subject text not null,
    given_entry uuid not null,           -- the entry of the lesson it was given in, written or not
    given_slot uuid,
    given_on date not null,
    given_at time not null,
    given_minutes integer not null,
    given_ended_at timestamptz not null,
    due_on date not null,
    due_slot uuid,
    due_at time,
    kind text not null,
    estimate integer,                    -- minutes
    written boolean not null,
    audience uuid[] check (audience <> '{}'), -- the pupils it is for; none: the whole group
    withdrawn boolean not null,
    content text check (content <> ''),
    resources text not null check (resources <> ''),
    author text not null,
    visible_from timestamptz not null
);

-- Nobody asks for a row by its texts: their values are not counted.
alter table entry_version alter column content set statistics 0, alter column framing set statistics 0, alter column resources set statistics 0;
alter table homework_version alter column content set statistics 0, alter column resources set statistics 0;
